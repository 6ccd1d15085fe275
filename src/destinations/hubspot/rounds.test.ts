import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outgoing } from './test-support.js';
import { batchSize, rounds } from './upsert.js';

describe('rounds', () => {
  const keys = fc.array(fc.constantFrom('a@x.es', 'A@X.es', 'b@x.es', ' b@x.es', 'c@x.es', 'd@x.es'), {
    maxLength: 300,
  });

  it('hold every record once, no key twice, at most a hundred, and same keys in their order', () => {
    fc.assert(
      fc.property(keys, (some) => {
        const records = some.map((key) => outgoing(key));
        const all = rounds('email', records);
        expect(all.flat().toSorted(byId)).toEqual(records.toSorted(byId));
        for (const round of all) {
          expect(round.length).toBeLessThanOrEqual(batchSize);
          expect(new Set(round.map(({ key }) => key.trim().toLowerCase())).size).toBe(round.length);
        }
        for (const wanted of ['a@x.es', 'b@x.es']) {
          const same = ({ key }: { key: string }): boolean => key.trim().toLowerCase() === wanted;
          expect(all.flat().filter(same)).toEqual(records.filter(same));
        }
      }),
    );
  });

  it('are as few as possible when all keys differ', () => {
    const records = Array.from({ length: 1_001 }, (_, n) => outgoing(`p${String(n)}@example.com`));
    expect(rounds('email', records).map(({ length }) => length)).toEqual([...Array<number>(10).fill(100), 1]);
  });
});

const byId = (a: { profileId: string }, b: { profileId: string }): number => a.profileId.localeCompare(b.profileId);
