import fc from 'fast-check';
import type { ProfileUpdate } from '../../src/profiles/apply-event.js';
import { newProfile, type Profile } from '../../src/profiles/profile.js';

/** Names from outside, also those that JavaScript's objects answer to by themselves. */
export const trickyNames = ['plan', 'city', 'constructor', '__proto__', 'toString', 'hasOwnProperty', '0'];

export const emptyProfile = (): Profile => newProfile('0198c0de-0000-7000-8000-000000000001', new Date(0));

/** What an event says; `n` is its place in time, and its id. */
export const update = (n: number, more: Partial<ProfileUpdate> = {}): ProfileUpdate => ({
  eventId: `event-${String(n).padStart(6, '0')}`,
  at: new Date(n * 1_000),
  attributes: [],
  tagsAdded: [],
  tagsRemoved: [],
  ...more,
});

const name = fc.constantFrom(...trickyNames);
const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));

/** Events of one person at distinct moments, in the order in which they happened. */
export const updatesInTime: fc.Arbitrary<ProfileUpdate[]> = fc
  .array(
    fc.record({
      attributes: fc.uniqueArray(fc.record({ key: name, value }), { selector: ({ key }) => key, maxLength: 3 }),
      tagsAdded: fc.uniqueArray(name, { maxLength: 2 }),
      tagsRemoved: fc.uniqueArray(name, { maxLength: 2 }),
    }),
    { maxLength: 8 },
  )
  .map((said) => said.map((one, n) => update(n + 1, one)));
