import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inferValue } from './infer-value.js';

describe('inferValue', () => {
  it.each([
    [0, 'number', 0],
    [false, 'boolean', false],
    [12.5, 'number', 12.5],
    [' Ada ', 'string', 'Ada'],
    ['007', 'string', '007'],
    ['12', 'string', '12'],
    ['true', 'string', 'true'],
    ['2024-02-29', 'date', '2024-02-29'],
    ['2023-02-29', 'string', '2023-02-29'],
    ['2026-03-02T09:10:11-06:00', 'datetime', '2026-03-02T15:10:11.000Z'],
    ['2026-03-02 09:10:11', 'string', '2026-03-02 09:10:11'],
    [['travel ', 'food', 'travel', null, ''], 'list', ['travel', 'food']],
    [[1, true, 'x'], 'list', ['1', 'true', 'x']],
    ["['a', 'b']", 'string', "['a', 'b']"],
  ])('reads %j as a %s', (value, type, stored) => expect(inferValue(value)).toEqual({ type, value: stored }));

  it.each([[null], ['{{plan}}'], [[]], [{ a: 1 }], [[{ a: 1 }]], [[['a']]], [Number.POSITIVE_INFINITY]])(
    'has no value for %j',
    (value) => expect(inferValue(value)).toBeNull(),
  );

  it('reads a local time in the zone it is given', () => {
    expect(inferValue('2026-03-02 09:10:11', 'UTC+05')).toEqual({
      type: 'datetime',
      value: '2026-03-02T04:10:11.000Z',
    });
  });

  it('gives for its own value the same value again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.double({ noNaN: true }),
          fc.boolean(),
          fc.array(fc.string()),
          fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
        ),
        (value) => {
          const first = inferValue(value);
          fc.pre(first !== null);
          expect(inferValue(first.value)).toEqual(first);
        },
      ),
    );
  });
});
