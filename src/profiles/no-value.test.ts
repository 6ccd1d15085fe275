import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNoValue, isUnrenderedVariable } from './no-value.js';

describe('isNoValue', () => {
  it.each([
    null,
    undefined,
    '',
    '  ',
    '\n\t',
    '\u00a0',
    '\u200b',
    '\ufeff',
    'null',
    ' null ',
    'undefined',
    'None',
    'NaN',
    '[]',
    '{}',
    '{{first_name}}',
    '{{ first name }} {{last}}',
    [],
    {},
    [null, ''],
    ['[]'],
    Number.NaN,
  ])(
    // prettier-ignore
    'takes %j for nothing',
    (value) => expect(isNoValue(value)).toBe(true),
  );

  it.each([
    0,
    -0,
    false,
    true,
    '0',
    'false',
    'no',
    'none',
    'Null',
    'NULLA',
    '-',
    '[a]',
    'Hi {{name}}',
    '{{a}} b',
    '@ada',
    [0],
    [''].concat('x'),
    { a: null },
  ])('takes %j for a value', (value) => expect(isNoValue(value)).toBe(false));

  it('takes every text with a letter for a value unless it is one of the spellings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(
          /\p{L}/u.test(text) && !['null', 'undefined', 'None', 'NaN'].includes(text.trim()) && !text.includes('{{'),
        );
        expect(isNoValue(text)).toBe(false);
      }),
    );
  });

  it('answers at once, however long a row of placeholders is', () => {
    expect(isNoValue('{{a}} '.repeat(50_000) + 'x')).toBe(false);
  });
});

it('recognises a variable that Landbot left standing', () => {
  expect(['@email', ' @first_name ', '@'].map(isUnrenderedVariable)).toEqual([true, true, false]);
  expect(['a@b', '@a b', 7].map(isUnrenderedVariable)).toEqual([false, false, false]);
});
