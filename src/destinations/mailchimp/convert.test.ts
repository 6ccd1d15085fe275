import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TypedValue } from '../../profiles/attribute.js';
import type { MergeField } from './answers.js';
import { toMergeValue } from './convert.js';
import { toContactWrite } from './contact-write.js';
import { text } from './test-support.js';

const field = (type: string, options: MergeField['options'] = {}): MergeField => ({
  merge_id: 1,
  tag: 'X',
  name: 'X',
  type,
  required: false,
  options,
});
const choices = { choices: ['free', 'Pro'] };
const number = (value: number): TypedValue => ({ type: 'number', value });
const date = (value: string): TypedValue => ({ type: 'date', value });
const datetime = (value: string): TypedValue => ({ type: 'datetime', value });

describe('a value for a merge field', () => {
  it.each([
    ['text', text('  as it is '), '  as it is '],
    ['text', number(1.5), '1.5'],
    ['text', { type: 'boolean', value: false } as const, 'false'],
    ['text', { type: 'list', value: ['a', 'b'] } as const, 'a, b'],
    ['number', number(-3), -3],
    ['number', text('12.50'), 12.5],
    ['date', date('2026-02-28'), '2026-02-28'],
    ['date', datetime('2026-02-28T23:59:59.000Z'), '2026-02-28'],
    ['birthday', date('2000-02-29'), '02/29'],
    ['birthday', text('07/04'), '07/04'],
    ['phone', text('+4915112345678'), '+4915112345678'],
    ['zip', text('12345-6789'), '12345'],
    ['url', text('https://a.test/x'), 'https://a.test/x'],
    [
      'address',
      text('1 High Street, Leeds, Yorkshire, LS1, GB'),
      { addr1: '1 High Street', city: 'Leeds', state: 'Yorkshire', zip: 'LS1', country: 'GB' },
    ],
    ['something new', text('x'), 'x'],
  ])('of type %s takes %o as %o', (type, value, expected) => {
    expect(toMergeValue(value, field(type))).toEqual({ value: expected });
  });

  it.each([
    ['number', text('twelve'), 'not_a_number'],
    ['number', text(' '), 'not_a_number'],
    ['number', { type: 'boolean', value: true } as const, 'not_a_number'],
    ['date', text('2026-02-30'), 'not_a_date'],
    ['date', text('soon'), 'not_a_date'],
    ['birthday', text('13/01'), 'not_a_birthday'],
    ['birthday', text('02/30'), 'not_a_birthday'],
    ['zip', text('SW1A 1AA'), 'not_a_zip'],
    ['url', text('javascript:alert(1)'), 'not_a_url'],
    ['address', text('1 High Street'), 'incomplete_address'],
    ['address', text('1, 2, 3, 4, 5, 6'), 'incomplete_address'],
  ])('of type %s is left out when it is %o', (type, value, code) => {
    expect(toMergeValue(value, field(type))).toMatchObject({ code });
  });

  it('is one of the choices, in their own spelling', () => {
    expect(toMergeValue(text('pro'), field('dropdown', choices))).toEqual({ value: 'Pro' });
    expect(toMergeValue(text('gold'), field('radio', choices))).toMatchObject({ code: 'not_a_choice' });
  });

  it('is a US number where the field asks for one', () => {
    const us = field('phone', { phone_format: 'US' });
    expect(toMergeValue(text('+1 (555) 010-2030'), us)).toEqual({ value: '555-010-2030' });
    expect(toMergeValue(text('+4915112345678'), us)).toMatchObject({ code: 'not_a_us_phone' });
  });

  it('clears the field when it is null, whatever the type', () => {
    for (const type of ['text', 'number', 'date', 'birthday', 'address', 'zip', 'dropdown'])
      expect(toMergeValue(null, field(type))).toEqual({ value: '' });
  });

  it('never holds more than 255 bytes of text, and never half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 0, maxLength: 400 }), (written) => {
        const converted = toMergeValue(text(written), field('text'));
        const value = 'value' in converted && typeof converted.value === 'string' ? converted.value : '';
        expect(Buffer.byteLength(value)).toBeLessThanOrEqual(255);
        expect(written.startsWith(value)).toBe(true);
        expect(Buffer.byteLength(written) <= 255 ? value : written).toBe(written);
      }),
    );
  });

  it('is never lost in silence: every field is either sent or named as left out', () => {
    const types = ['text', 'number', 'date', 'birthday', 'phone', 'zip', 'url', 'dropdown', 'address'];
    const fields = new Map(types.map((type) => [type.toUpperCase(), field(type, choices)]));
    const value: fc.Arbitrary<TypedValue> = fc.oneof(
      fc.string().map(text),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(number),
      fc
        .date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2100-01-01') })
        .map((at) => date(at.toISOString().slice(0, 10))),
      fc.array(fc.string()).map((value) => ({ type: 'list', value }) as const),
    );
    const tag = fc.constantFrom(...fields.keys(), 'UNKNOWN');
    fc.assert(
      fc.property(fc.dictionary(tag, fc.option(value)), (sent) => {
        const { values, dropped } = toContactWrite({ mergeFields: fields, interests: [], permissions: [] }, sent);
        expect([...Object.keys(values), ...dropped.map(({ field: name }) => name)].sort()).toEqual(
          Object.keys(sent).sort(),
        );
      }),
    );
  });
});
