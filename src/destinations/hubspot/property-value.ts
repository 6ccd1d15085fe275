import type { TypedValue } from '../../profiles/attribute.js';
import type { DroppedField, FieldValue } from '../destination.js';
import { findOption, type Property, type PropertyKind } from './property.js';

/** A value as it goes over the wire, and what could not be said in it. No `value`: the property stays as it is. */
export interface WireValue {
  readonly value?: string;
  readonly dropped: readonly DroppedField[];
}

const longestText = 65_536;

/**
 * One of our values as HubSpot wants it written; every value is a string there, and '' clears.
 *
 * @see https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
 */
export function toWireValue(value: FieldValue, property: Property): WireValue {
  if (!property.writable) return drop(property, 'READ_ONLY_VALUE', `"${property.name}" is a read-only property`);
  return value === null ? send('') : converters[property.kind](value, property);
}

type Converter = (value: TypedValue, property: Property) => WireValue;

const send = (value: string): WireValue => ({ value, dropped: [] });

const drop = ({ name: field }: Property, code: string, message: string): WireValue => ({
  dropped: [{ field, code, message }],
});

const unfit = (code: string, wanted: string, { value }: TypedValue, property: Property): WireValue =>
  drop(property, code, `"${asText(value)}" is not ${wanted}, which "${property.name}" needs`);

const converters = {
  text: ({ value }, property) => {
    const text = asText(value);
    return text.length <= longestText
      ? send(text)
      : drop(
          property,
          'VALUE_TOO_LONG',
          `The text has ${String(text.length)} characters; HubSpot takes ${String(longestText)}`,
        );
  },
  number: (typed, property) => {
    const digits = asDecimal(typed.value);
    return digits === null ? unfit('INVALID_NUMBER', 'a number', typed, property) : send(digits);
  },
  boolean: (typed, property) => {
    const truth = truths.get(asText(typed.value).trim().toLowerCase());
    return truth === undefined ? unfit('INVALID_BOOLEAN', 'yes or no', typed, property) : send(truth);
  },
  date: (typed, property) => {
    const at = asInstant(typed.value);
    return at === null ? unfit('INVALID_DATE', 'a date', typed, property) : send(at.slice(0, 10));
  },
  datetime: (typed, property) => {
    const at = asInstant(typed.value);
    return at === null ? unfit('INVALID_DATETIME', 'a point in time', typed, property) : send(at);
  },
  option: (typed, property) => {
    const values = asList(typed.value);
    const [only] = values;
    if (only === undefined) return send('');
    if (values.length > 1) return unfit('INVALID_OPTION', 'a single option', typed, property);
    if (property.externalOptions) return send(only);
    const option = findOption(property.options, only);
    return option === undefined ? noSuchOption(only, property) : send(option.value);
  },
  options: (typed, property) => {
    const wanted = asList(typed.value);
    const found = wanted.map((meant) => ({ meant, option: findOption(property.options, meant) }));
    const values = found.flatMap(({ meant, option }) => option?.value ?? (property.externalOptions ? meant : []));
    const dropped = property.externalOptions
      ? []
      : found
          .filter(({ option }) => option === undefined)
          .flatMap(({ meant }) => noSuchOption(meant, property).dropped);
    return values.length === 0 && dropped.length > 0 ? { dropped } : { value: [...new Set(values)].join(';'), dropped };
  },
} as const satisfies Record<PropertyKind, Converter>;

function noSuchOption(meant: string, property: Property): WireValue {
  const options = property.options.map(({ value }) => value).join(', ');
  return drop(property, 'INVALID_OPTION', `"${meant}" is not one of the options of "${property.name}": ${options}`);
}

const truths: ReadonlyMap<string, 'true' | 'false'> = new Map([
  ...['true', 'yes', '1'].map((word) => [word, 'true'] as const),
  ...['false', 'no', '0'].map((word) => [word, 'false'] as const),
]);

const asList = (value: TypedValue['value']): readonly string[] => (typeof value === 'object' ? value : [asText(value)]);

function asText(value: TypedValue['value']): string {
  if (typeof value === 'number') return plainDecimal(value);
  return typeof value === 'object' ? value.join(', ') : String(value);
}

/** Digits with at most one decimal point; null for what is no number. */
function asDecimal(value: TypedValue['value']): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? plainDecimal(value) : null;
  if (typeof value !== 'string') return null;
  return /^-?\d+(\.\d+)?$/.test(value.trim()) ? value.trim() : null;
}

/** HubSpot takes no exponent: 1e-7 is written 0.0000001. */
function plainDecimal(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  return point <= 0 ? `${sign}0.${'0'.repeat(-point)}${digits}` : `${sign}${digits.padEnd(point, '0')}`;
}

/** ISO 8601 in UTC with milliseconds; a day counts from its midnight, a time without a zone is UTC. */
function asInstant(value: TypedValue['value']): string | null {
  if (typeof value !== 'string') return null;
  const [, day, time, zone] = /^(\d{4}-\d{2}-\d{2})(?:T([\d:.]+)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(value) ?? [];
  if (day === undefined || !isCalendarDay(day)) return null;
  const at = new Date(time === undefined ? day : `${day}T${time}${zone ?? 'Z'}`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** JavaScript takes 2026-02-30 for the second of March. */
function isCalendarDay(day: string): boolean {
  const at = new Date(day);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
