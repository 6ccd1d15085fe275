import type { FieldValue } from '../destination.js';
import type { AttributeValue, TypedValue } from '../../profiles/attribute.js';
import type { WireValue } from './collections.js';
import { nativeTypeOf, type NativeType } from './native-type.js';
import type { DescribedField } from './wire.js';

/** Why a value, or a part of it, is not sent. Codes are Salesforce's own where it has one for the case. */
export interface Objection {
  readonly code: string;
  readonly message: string;
}

/** `wire` missing: nothing is sent. A list may be sent in part. */
export interface Conversion {
  readonly wire?: WireValue;
  readonly objections: readonly Objection[];
}

type Converter = (value: TypedValue, field: DescribedField) => Conversion;

const converters = {
  string: text,
  textarea: text,
  url: text,
  phone: text,
  encryptedstring: text,
  email,
  picklist,
  combobox: text,
  multipicklist,
  boolean,
  int: wholeNumber,
  long: wholeNumber,
  double: number,
  currency: number,
  percent: number,
  date,
  datetime,
  time,
  reference,
} as const satisfies Record<NativeType, Converter>;

/**
 * One value as the field takes it, or the reason why it does not. A value that Salesforce would refuse is left out here
 * already: it would cost the record a second call.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
 */
export function toWire(value: FieldValue, field: DescribedField): Conversion {
  if (value === null) return clear(field);
  const type = nativeTypeOf(field);
  if (type === null) return refused('UNSUPPORTED_TYPE', `Parley does not write fields of type ${field.type}`);
  return converters[type](value, field);
}

function clear(field: DescribedField): Conversion {
  if (field.nillable && field.type !== 'boolean') return sent(null);
  return refused('NOT_NILLABLE', `${field.label ?? field.name} cannot be empty in Salesforce`);
}

function text({ value }: TypedValue, field: DescribedField): Conversion {
  const trimmed = asText(value).trim();
  if (trimmed === '') return refused('EMPTY_VALUE', 'An empty text clears nothing: only a removed value does');
  if (field.length === 0 || trimmed.length <= field.length) return sent(trimmed);
  return refused('STRING_TOO_LONG', `${trimmed.length} characters, the field takes ${field.length}`);
}

function email(value: TypedValue, field: DescribedField): Conversion {
  const address = asText(value.value).trim().toLowerCase();
  if (!/^[^\s@<>()[\]\\,;:"]+@[^\s@]+\.[^\s@.]{2,}$/.test(address))
    return refused('INVALID_EMAIL_ADDRESS', 'Not a complete e-mail address');
  return text({ type: 'string', value: address }, field);
}

function picklist({ value }: TypedValue, field: DescribedField): Conversion {
  const chosen = Array.isArray(value) && value.length !== 1 ? null : asText(value).trim();
  if (chosen === null) return refused('NOT_ONE_VALUE', 'The field takes one value, the attribute holds several');
  if (!field.restrictedPicklist) return text({ type: 'string', value: chosen }, field);
  const option = activeOption(chosen, field);
  return option === null ? notAnOption(chosen) : sent(option);
}

function multipicklist({ value }: TypedValue, field: DescribedField): Conversion {
  const chosen = typeof value === 'object' ? value : asText(value).split(';');
  const { stored, objections } = storable(chosen, field);
  if (stored.length === 0 && objections.length > 0) return { objections };
  return { wire: stored.length === 0 ? null : stored.join(';'), objections };
}

/** The values a multi-select picklist can hold, each once; the value list itself is joined by `;`. */
export function storable(
  values: readonly string[],
  field: DescribedField,
): { readonly stored: readonly string[]; readonly objections: readonly Objection[] } {
  const stored = new Set<string>();
  const objections: Objection[] = [];
  for (const value of values.map((one) => one.trim()).filter((one) => one !== '')) {
    const option = field.restrictedPicklist ? activeOption(value, field) : value;
    if (value.includes(';'))
      objections.push({ code: 'SEPARATOR_IN_VALUE', message: `"${value}" holds a semicolon, which separates values` });
    else if (option === null) objections.push(...notAnOption(value).objections);
    else stored.add(option);
  }
  return { stored: [...stored], objections };
}

/** The API value of an active option; people write its label, or other capitals, as often. */
function activeOption(chosen: string, { picklistValues }: DescribedField): string | null {
  const active = (picklistValues ?? []).filter((option) => option.active);
  const same = (text: string | null): boolean => text?.toLowerCase() === chosen.toLowerCase();
  const option =
    active.find(({ value }) => value === chosen) ?? active.find(({ value, label }) => same(value) || same(label));
  return option?.value ?? null;
}

function boolean({ value }: TypedValue): Conversion {
  if (typeof value === 'boolean') return sent(value);
  const word = asText(value).trim().toLowerCase();
  return word === 'true' || word === 'false'
    ? sent(word === 'true')
    : refused('NOT_A_BOOLEAN', 'Neither true nor false');
}

function number(value: TypedValue, field: DescribedField): Conversion {
  const amount = asNumber(value);
  if (amount === null) return refused('NOT_A_NUMBER', 'Not a number');
  const largest = 10 ** (field.precision - field.scale);
  if (field.precision > 0 && Math.abs(amount) >= largest)
    return refused(
      'NUMBER_OUTSIDE_VALID_RANGE',
      `The field takes ${field.precision - field.scale} digits before the point`,
    );
  return sent(amount);
}

function wholeNumber(value: TypedValue): Conversion {
  const amount = asNumber(value);
  return amount !== null && Number.isSafeInteger(amount)
    ? sent(amount)
    : refused('NOT_A_WHOLE_NUMBER', 'Not a whole number');
}

/** A date has no time zone. Of an instant we know only the day in UTC. */
function date({ type, value }: TypedValue): Conversion {
  const day = type === 'date' || type === 'datetime' || type === 'string' ? asText(value).trim().slice(0, 10) : '';
  return isDay(day) ? sent(day) : refused('NOT_A_DATE', 'Not a day between the years 1700 and 4000');
}

/** A day becomes the start of that day in UTC. */
function datetime({ type, value }: TypedValue): Conversion {
  const given = asText(value).trim();
  const instant = type === 'number' ? null : new Date(/^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T00:00:00Z` : given);
  if (instant === null || Number.isNaN(instant.getTime()) || !isDay(instant.toISOString().slice(0, 10)))
    return refused('NOT_A_DATETIME', 'Not a moment between the years 1700 and 4000');
  return sent(instant.toISOString());
}

function time({ value }: TypedValue): Conversion {
  const [, hours, minutes, seconds = '00', fraction = '000'] =
    /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{3}))?)?Z?$/.exec(asText(value).trim()) ?? [];
  if (hours === undefined || minutes === undefined) return refused('NOT_A_TIME', 'Not a time of day such as 10:30');
  return sent(`${hours}:${minutes}:${seconds}.${fraction}Z`);
}

function reference({ value }: TypedValue): Conversion {
  const id = asText(value).trim();
  return /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(id)
    ? sent(id)
    : refused('MALFORMED_ID', 'Not a Salesforce record id');
}

const sent = (wire: WireValue): Conversion => ({ wire, objections: [] });
const refused = (code: string, message: string): Conversion => ({ objections: [{ code, message }] });
const notAnOption = (chosen: string): Conversion =>
  refused('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', `"${chosen}" is none of the active values of the picklist`);

const asText = (value: AttributeValue): string => (typeof value === 'object' ? value.join('; ') : String(value));

function asNumber({ type, value }: TypedValue): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (type !== 'string' || typeof value !== 'string' || value.trim() === '') return null;
  return Number.isFinite(Number(value)) ? Number(value) : null;
}

/** @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/primitive_data_types.htm */
function isDay(day: string): boolean {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00Z`) : null;
  if (instant === null || Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(day)) return false;
  return day >= '1700-01-01' && day <= '4000-12-31';
}
