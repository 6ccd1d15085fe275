import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TypedValue } from '../../profiles/attribute.js';
import { type Property, propertySchema } from './property.js';
import { toWireValue } from './property-value.js';

const property = (type: string, fieldType: string, more: object = {}): Property =>
  propertySchema.parse({ name: 'p', label: 'P', type, fieldType, ...more });

const text = property('string', 'text');
const number = property('number', 'number');
const flag = property('bool', 'booleancheckbox');
const day = property('date', 'date');
const moment = property('datetime', 'date');
const options = [
  { label: 'Free', value: 'free' },
  { label: 'Pro plan', value: 'pro' },
  { label: 'free', value: 'FREE_TRIAL' },
];
const choice = property('enumeration', 'select', { options });
const choices = property('enumeration', 'checkbox', { options });

const typed = (type: TypedValue['type'], value: TypedValue['value']): TypedValue => ({ type, value });

describe('a value on the wire', () => {
  it.each([
    ['a string', typed('string', 'Ada'), text, 'Ada'],
    ['a number as text', typed('number', 0.1), text, '0.1'],
    ['a list as text', typed('list', ['a', 'b']), text, 'a, b'],
    ['a boolean as text', typed('boolean', false), text, 'false'],
    ['a number', typed('number', -17.5), number, '-17.5'],
    ['digits', typed('string', ' 42 '), number, '42'],
    ['a large number', typed('number', 1.5e21), number, '1500000000000000000000'],
    ['a small number', typed('number', -2.5e-7), number, '-0.00000025'],
    ['a boolean', typed('boolean', true), flag, 'true'],
    ['a word for no', typed('string', 'No'), flag, 'false'],
    ['one', typed('number', 1), flag, 'true'],
    ['a day', typed('date', '1990-12-10'), day, '1990-12-10'],
    ['a moment as a day', typed('datetime', '1990-12-10T23:59:00.000Z'), day, '1990-12-10'],
    ['a moment', typed('datetime', '2026-02-03T10:00:00.000Z'), moment, '2026-02-03T10:00:00.000Z'],
    ['a moment with a zone', typed('string', '2026-02-03T10:00:00+02:00'), moment, '2026-02-03T08:00:00.000Z'],
    ['a moment without a zone', typed('string', '2026-02-03T10:00:00'), moment, '2026-02-03T10:00:00.000Z'],
    ['a day as a moment', typed('date', '1990-12-10'), moment, '1990-12-10T00:00:00.000Z'],
    ['an option by its value', typed('string', 'pro'), choice, 'pro'],
    ['an option by its label', typed('string', 'Pro plan'), choice, 'pro'],
    ['an option by its exact label before another’s value in other case', typed('string', 'free'), choice, 'free'],
    ['an option in another case', typed('string', 'PRO'), choice, 'pro'],
    ['a list of one as an option', typed('list', ['pro']), choice, 'pro'],
    ['an empty list as no option', typed('list', []), choice, ''],
    ['several options, each once', typed('list', ['pro', 'Pro plan', 'free']), choices, 'pro;free'],
    ['one of several', typed('string', 'pro'), choices, 'pro'],
    ['none of several', typed('list', []), choices, ''],
    [
      'an owner, whose options are elsewhere',
      typed('string', '12345'),
      property('enumeration', 'select', { externalOptions: true }),
      '12345',
    ],
    ['a phone number', typed('string', '+34600111222'), property('phone_number', 'phonenumber'), '+34600111222'],
    ['a type that is new', typed('string', '{}'), property('json', 'text'), '{}'],
  ])('%s', (_name, value, definition, wire) => {
    expect(toWireValue(value, definition)).toEqual({ value: wire, dropped: [] });
  });

  it.each([
    ['words for a number', typed('string', 'a lot'), number, 'INVALID_NUMBER'],
    ['an exponent in words for a number', typed('string', '1e5'), number, 'INVALID_NUMBER'],
    ['no number', typed('number', Number.NaN), number, 'INVALID_NUMBER'],
    ['a boolean for a number', typed('boolean', true), number, 'INVALID_NUMBER'],
    ['maybe', typed('string', 'maybe'), flag, 'INVALID_BOOLEAN'],
    ['a day that does not exist', typed('string', '2026-02-30'), day, 'INVALID_DATE'],
    ['words for a day', typed('string', 'tomorrow'), day, 'INVALID_DATE'],
    ['a number for a moment', typed('number', 5), moment, 'INVALID_DATETIME'],
    ['an hour that does not exist', typed('string', '2026-02-03T25:00:00Z'), moment, 'INVALID_DATETIME'],
    ['an unknown option', typed('string', 'gold'), choice, 'INVALID_OPTION'],
    ['two options where one fits', typed('list', ['pro', 'free']), choice, 'INVALID_OPTION'],
    ['a list of unknown options', typed('list', ['gold', 'silver']), choices, 'INVALID_OPTION'],
    ['a text that is too long', typed('string', 'x'.repeat(65_537)), text, 'VALUE_TOO_LONG'],
    [
      'anything for a read-only property',
      typed('string', 'x'),
      property('string', 'text', { modificationMetadata: { readOnlyValue: true } }),
      'READ_ONLY_VALUE',
    ],
    [
      'anything for a calculated property',
      typed('number', 1),
      property('number', 'number', { calculated: true }),
      'READ_ONLY_VALUE',
    ],
  ])('is not sent for %s, with a reason', (_name, value, definition, code) => {
    const wire = toWireValue(value, definition);
    expect(wire.value).toBeUndefined();
    expect(wire.dropped[0]).toMatchObject({ field: 'p', code });
  });

  it('keeps the options that exist when others do not', () => {
    expect(toWireValue(typed('list', ['pro', 'gold']), choices)).toMatchObject({
      value: 'pro',
      dropped: [{ code: 'INVALID_OPTION' }],
    });
  });

  it('clears any writable property with an empty text', () => {
    for (const definition of [text, number, flag, day, moment, choice, choices])
      expect(toWireValue(null, definition)).toEqual({ value: '', dropped: [] });
  });

  it('says every finite number exactly, without an exponent', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { value: digits = '' } = toWireValue(typed('number', value), number);
        expect(digits).toMatch(/^-?\d+(\.\d+)?$/);
        expect(Number(digits) === value).toBe(true);
      }),
    );
  });

  it('never sends a value that is not one of the options', () => {
    const words = fc.oneof(fc.constantFrom('free', 'FREE', 'pro', 'Pro plan', 'free_trial', 'gold'), fc.string());
    const allowed = new Set(options.map(({ value }) => value));
    fc.assert(
      fc.property(fc.array(words), (meant) => {
        const { value = '', dropped } = toWireValue(typed('list', meant), choices);
        const sent = value.split(';').filter((one) => one !== '');
        expect(sent.every((one) => allowed.has(one))).toBe(true);
        expect(new Set(sent).size).toBe(sent.length);
        expect(dropped.length === 0 || meant.length > sent.length).toBe(true);
      }),
    );
  });

  it('says every moment so that it reads as the same moment', () => {
    const moments = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moments, (at) => {
        expect(toWireValue(typed('datetime', at.toISOString()), moment).value).toBe(at.toISOString());
      }),
    );
  });
});
