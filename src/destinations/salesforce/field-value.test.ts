import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeType, AttributeValue } from '../../profiles/attribute.js';
import type { WireValue } from './collections.js';
import { toWire } from './field-value.js';
import type { DescribedField } from './wire.js';

const field = (type: string, more: Partial<DescribedField> = {}): DescribedField => ({
  name: 'F__c',
  label: 'F',
  type,
  length: 0,
  precision: 0,
  scale: 0,
  createable: true,
  updateable: true,
  nillable: true,
  defaultedOnCreate: false,
  externalId: false,
  unique: false,
  caseSensitive: false,
  restrictedPicklist: false,
  picklistValues: null,
  ...more,
});
const options = (...values: string[]) => ({
  restrictedPicklist: true,
  picklistValues: [
    ...values.map((value) => ({ active: true, value, label: `The ${value}` })),
    { active: false, value: 'retired', label: 'Retired' },
  ],
});

type Sent = [DescribedField, AttributeType, AttributeValue, WireValue];
const sent: Sent[] = [
  [field('string'), 'string', '  Ada ', 'Ada'],
  [field('string'), 'number', 7, '7'],
  [field('string'), 'boolean', false, 'false'],
  [field('textarea'), 'list', ['a', 'b'], 'a; b'],
  [field('phone', { length: 40 }), 'string', '+447700900123', '+447700900123'],
  [field('email', { length: 80 }), 'string', ' Ada@Example.TEST ', 'ada@example.test'],
  [field('picklist'), 'string', 'anything', 'anything'],
  [field('picklist', options('free', 'pro')), 'string', 'pro', 'pro'],
  [field('picklist', options('free', 'pro')), 'string', 'the PRO', 'pro'],
  [field('picklist', options('free', 'pro')), 'list', ['free'], 'free'],
  [field('multipicklist'), 'list', ['b', 'a', 'b', ' '], 'b;a'],
  [field('multipicklist'), 'string', 'a; b', 'a;b'],
  [field('multipicklist'), 'list', [], null],
  [field('multipicklist', options('free', 'pro')), 'list', ['PRO', 'free'], 'pro;free'],
  [field('boolean'), 'boolean', false, false],
  [field('boolean'), 'string', 'True', true],
  [field('int'), 'number', 3, 3],
  [field('currency', { precision: 18, scale: 2 }), 'number', 12.345, 12.345],
  [field('double'), 'string', '1.5', 1.5],
  [field('percent'), 'number', 25, 25],
  [field('date'), 'date', '1990-12-10', '1990-12-10'],
  [field('date'), 'datetime', '2026-05-31T23:30:00.000Z', '2026-05-31'],
  [field('datetime'), 'datetime', '2026-05-31T10:20:30.123Z', '2026-05-31T10:20:30.123Z'],
  [field('datetime'), 'string', '2026-05-31T12:20:30+02:00', '2026-05-31T10:20:30.000Z'],
  [field('datetime'), 'date', '2026-05-31', '2026-05-31T00:00:00.000Z'],
  [field('time'), 'string', '10:30', '10:30:00.000Z'],
  [field('reference'), 'string', '003B0000001Ctc1IAC', '003B0000001Ctc1IAC'],
];

type Refused = [DescribedField, AttributeType, AttributeValue, string];
const refused: Refused[] = [
  [field('string'), 'string', '  ', 'EMPTY_VALUE'],
  [field('string', { length: 3 }), 'string', 'four', 'STRING_TOO_LONG'],
  [field('email'), 'string', 'ada@localhost', 'INVALID_EMAIL_ADDRESS'],
  [field('email'), 'string', 'ada lovelace@example.test', 'INVALID_EMAIL_ADDRESS'],
  [field('email', { length: 10 }), 'string', 'ada@example.test', 'STRING_TOO_LONG'],
  [field('picklist', options('free')), 'string', 'gold', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
  [field('picklist', options('free')), 'string', 'retired', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
  [field('picklist'), 'list', ['a', 'b'], 'NOT_ONE_VALUE'],
  [field('multipicklist'), 'list', ['a;b'], 'SEPARATOR_IN_VALUE'],
  [field('boolean'), 'string', 'perhaps', 'NOT_A_BOOLEAN'],
  [field('boolean'), 'number', 1, 'NOT_A_BOOLEAN'],
  [field('int'), 'number', 3.5, 'NOT_A_WHOLE_NUMBER'],
  [field('double'), 'string', 'ten', 'NOT_A_NUMBER'],
  [field('double'), 'boolean', true, 'NOT_A_NUMBER'],
  [field('currency', { precision: 5, scale: 2 }), 'number', 1_000, 'NUMBER_OUTSIDE_VALID_RANGE'],
  [field('date'), 'string', '2026-02-30', 'NOT_A_DATE'],
  [field('date'), 'string', '1600-01-01', 'NOT_A_DATE'],
  [field('date'), 'number', 20_260_531, 'NOT_A_DATE'],
  [field('datetime'), 'string', 'yesterday', 'NOT_A_DATETIME'],
  [field('datetime'), 'number', 1, 'NOT_A_DATETIME'],
  [field('time'), 'string', '25:00', 'NOT_A_TIME'],
  [field('reference'), 'string', 'acme', 'MALFORMED_ID'],
  [field('address'), 'string', 'Main Street', 'UNSUPPORTED_TYPE'],
];

describe('a value on its way to Salesforce', () => {
  it.each(sent)('%o takes a %s %j as %j', (to, type, value, wire) => {
    expect(toWire({ type, value }, to)).toEqual({ wire, objections: [] });
  });

  it.each(refused)('%o does not take a %s %j: %s', (to, type, value, code) => {
    const { wire, objections } = toWire({ type, value }, to);
    expect(wire).toBeUndefined();
    expect(objections.map((objection) => objection.code)).toEqual([code]);
  });

  it('is sent in part when only some values of a list can be stored', () => {
    const value = { type: 'list', value: ['free', 'gold'] } as const;
    expect(toWire(value, field('multipicklist', options('free')))).toMatchObject({
      wire: 'free',
      objections: [{ code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' }],
    });
  });

  it('is cleared by null, except where Salesforce keeps no empty value', () => {
    expect(toWire(null, field('string'))).toEqual({ wire: null, objections: [] });
    for (const never of [field('boolean'), field('string', { nillable: false })])
      expect(toWire(null, never).objections).toMatchObject([{ code: 'NOT_NILLABLE' }]);
  });

  it('never exceeds the length of its field', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (value, length) => {
        const { wire } = toWire({ type: 'string', value }, field('string', { length }));
        return wire === undefined || (typeof wire === 'string' && wire.length <= length && wire.trim() !== '');
      }),
    );
  });

  it('keeps the instant of every datetime to the millisecond', () => {
    const instants = fc.date({ min: new Date('1700-01-02'), max: new Date('3999-12-30'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, (instant) => {
        const { wire } = toWire({ type: 'datetime', value: instant.toISOString() }, field('datetime'));
        return typeof wire === 'string' && new Date(wire).getTime() === instant.getTime();
      }),
    );
  });

  it('comes out of a multi-select picklist as the set that went in', () => {
    const values = fc.array(
      fc.string({ minLength: 1 }).filter((text) => !text.includes(';') && text === text.trim() && text !== ''),
    );
    fc.assert(
      fc.property(values, (list) => {
        const { wire } = toWire({ type: 'list', value: list }, field('multipicklist'));
        const back = typeof wire === 'string' ? wire.split(';') : [];
        return new Set(back).symmetricDifference(new Set(list)).size === 0;
      }),
    );
  });

  it('is never sent without a reason when it is not sent', () => {
    const types = fc.constantFrom(
      'string',
      'email',
      'picklist',
      'multipicklist',
      'boolean',
      'int',
      'double',
      'date',
      'datetime',
      'time',
      'reference',
      'id',
    );
    const values = fc.oneof(
      fc.string().map((value) => ({ type: 'string', value }) as const),
      fc.double({ noNaN: true }).map((value) => ({ type: 'number', value }) as const),
      fc.boolean().map((value) => ({ type: 'boolean', value }) as const),
      fc.array(fc.string()).map((value) => ({ type: 'list', value }) as const),
    );
    fc.assert(
      fc.property(types, values, (type, value) => {
        const { wire, objections } = toWire(value, field(type));
        return wire !== undefined || objections.length > 0;
      }),
    );
  });
});
