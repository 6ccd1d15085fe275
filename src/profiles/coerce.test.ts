import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeTypes } from './attribute.js';
import type { AttributeType, AttributeValue } from './attribute.js';
import { coerce } from './coerce.js';
import { inferValue } from './infer-value.js';

const at = '2026-03-02T15:10:11.000Z';

describe('coerce', () => {
  it.each<[AttributeValue, AttributeType, AttributeValue | null]>([
    ['12', 'number', 12], [' -1.50 ', 'number', -1.5], ['.5', 'number', 0.5], ['1,200', 'number', null], ['1e3', 'number', null],
    ['', 'number', null], ['12345678901234567890', 'number', null], [true, 'number', null], [['1'], 'number', null],
    ['true', 'boolean', true], ['Yes', 'boolean', true], [1, 'boolean', true], [0, 'boolean', false], ['off', 'boolean', false],
    ['maybe', 'boolean', null], [2, 'boolean', null], [['true'], 'boolean', null],
    [12, 'string', '12'], [false, 'string', 'false'], [['a', 'b'], 'string', 'a, b'], ['null', 'string', null],
    ['2026-03-02', 'date', '2026-03-02'], [at, 'date', '2026-03-02'], ['2026-02-30', 'date', null], [20260302, 'date', null],
    ['2026-03-02T09:10:11-06:00', 'datetime', at], ['2026-03-02', 'datetime', null], ['soon', 'datetime', null], [1772464211, 'datetime', null],
    ['a, b;c\nb', 'list', ['a', 'b', 'c']], ["['a', 'b, c']", 'list', ['a', 'b, c']], ['["x"]', 'list', ['x']], [7, 'list', ['7']],
    [['a'], 'list', ['a']], ['{{x}}', 'list', null],
  ])('makes of %j as %s: %j', (value, type, expected) => expect(coerce(value, type)).toEqual(expected)); // prettier-ignore

  it('reads dates and local times in the zone it is given', () => {
    expect(coerce('2026-07-01', 'datetime', 'Europe/Madrid')).toBe('2026-06-30T22:00:00.000Z');
    expect(coerce('2026-07-01 12:00', 'datetime', 'Europe/Madrid')).toBe('2026-07-01T10:00:00.000Z');
  });

  const anything = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(fc.string()),
    fc.constantFrom('12', 'yes', '2026-01-01', at, "['a']"),
  );

  it('leaves a value alone that has the type already', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const typed = inferValue(value);
        fc.pre(typed !== null);
        expect(coerce(typed.value, typed.type)).toEqual(typed.value);
      }),
    );
  });

  it('gives for its own answer the same answer again', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...attributeTypes), (value, type) => {
        const once = coerce(value, type);
        fc.pre(once !== null);
        expect(coerce(once, type)).toEqual(once);
      }),
    );
  });
});
