import fc from 'fast-check';
import { expect, it } from 'vitest';
import { trickyNames } from '../../test/support/profiles.js';
import type { Provenance } from './profile.js';
import { byAttribute, byEvent } from './stored-provenance.js';

it('comes back from being stored as it was', () => {
  const stamp: fc.Arbitrary<Provenance> = fc
    .integer({ min: 1, max: 4 })
    .map((n) => [`event-${String(n)}`, n * 1_000] as const);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.constantFrom(...trickyNames), stamp), { selector: ([key]) => key }),
      (all) => {
        const provenance = Object.fromEntries(all);
        const stored = JSON.parse(JSON.stringify(byEvent(provenance))) as ReturnType<typeof byEvent>;
        expect(byAttribute(stored)).toEqual(provenance);
        expect(stored.length).toBe(new Set(all.map(([, [event]]) => event)).size);
      },
    ),
  );
});
