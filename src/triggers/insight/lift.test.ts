import fc from 'fast-check';
import { expect, it } from 'vitest';
import { liftOf } from './lift.js';

it('is that of Newcombe’s own example', () => {
  // 56 of 70 against 48 of 80: 0.2000, from 0.0524 to 0.3339 (table II, case a, method 10).
  const { difference, isSignificant } = liftOf({ people: 70, succeeded: 56 }, { people: 80, succeeded: 48 });
  expect(difference?.value).toBeCloseTo(0.2, 4);
  expect(difference?.low).toBeCloseTo(0.0524, 3);
  expect(difference?.high).toBeCloseTo(0.3339, 3);
  expect(isSignificant).toBe(true);
});

it('of an empty group is none', () => {
  expect(liftOf({ people: 10, succeeded: 3 }, { people: 0, succeeded: 0 })).toMatchObject({
    difference: null,
    relative: null,
    isSignificant: false,
  });
});

it('lies within its interval, which gets narrower with more people', () => {
  const group = fc
    .integer({ min: 1, max: 5_000 })
    .chain((people) => fc.record({ people: fc.constant(people), succeeded: fc.integer({ min: 0, max: people }) }));
  fc.assert(
    fc.property(group, group, (treated, heldOut) => {
      const { difference } = liftOf(treated, heldOut);
      if (difference === null) throw new Error('both groups have people');
      const { value, low, high } = difference;
      expect(low).toBeLessThanOrEqual(value + 1e-12);
      expect(high).toBeGreaterThanOrEqual(value - 1e-12);
      const tenfold = (one: typeof treated) => ({ people: one.people * 10, succeeded: one.succeeded * 10 });
      const more = liftOf(tenfold(treated), tenfold(heldOut)).difference;
      expect((more?.high ?? 0) - (more?.low ?? 0)).toBeLessThanOrEqual(high - low + 1e-12);
    }),
  );
});
