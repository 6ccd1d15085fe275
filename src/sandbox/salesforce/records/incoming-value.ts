import { RestError } from '../rest/rest-error.js';
import type { FieldDefinition, FieldType, StoredValue } from '../schema/field-definition.js';

type Reader = (value: unknown) => StoredValue | undefined;

const text: Reader = (value) => (typeof value === 'string' ? value : undefined);
const number: Reader = (value) => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
};

/** What JSON each type takes, and how it is kept; `undefined`: Salesforce's parser gives up on the whole request. */
const readers: Readonly<Record<FieldType, Reader>> = {
  id: text,
  string: text,
  textarea: text,
  email: text,
  phone: text,
  url: text,
  picklist: text,
  combobox: text,
  multipicklist: text,
  reference: text,
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  int: (value) => (Number.isInteger(number(value)) ? number(value) : undefined),
  double: number,
  currency: number,
  percent: number,
  date: (value) => (typeof value === 'string' && isDay(value) ? value : undefined),
  datetime: (value) => (typeof value === 'string' ? asSalesforceTime(value) : undefined),
  time: (value) =>
    typeof value === 'string' && /^\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?$/.test(value) ? value : undefined,
};

/** A JSON value as the field keeps it; null for an empty one. @throws RestError JSON_PARSER_ERROR, as for the whole request */
export function readValue(field: FieldDefinition, value: unknown): StoredValue | null {
  if (value === null || value === '') return null;
  const stored = readers[field.type](value);
  if (stored !== undefined) return stored;
  throw new RestError(400, {
    errorCode: 'JSON_PARSER_ERROR',
    message: `Cannot deserialize instance of ${field.type} from ${jsonToken(value)} or request may be missing a required field at [line:1, column:1]`,
  });
}

/** An instant as Salesforce writes it: whole seconds, and an offset without a colon. */
export const salesforceTime = (instant: Date): string => `${instant.toISOString().slice(0, 19)}.000+0000`;

/** Any spelling of an instant that Salesforce reads, in the one it writes; `undefined` for anything else. */
export function asSalesforceTime(value: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(value)) return undefined;
  const instant = new Date(value.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(instant.getTime()) ? undefined : salesforceTime(instant);
}

export function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

/** The value as Salesforce's JSON parser names it. */
function jsonToken(value: unknown): string {
  if (typeof value === 'string') return `VALUE_STRING value ${value}`;
  if (typeof value === 'number')
    return `${Number.isInteger(value) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT'} value ${value}`;
  if (typeof value === 'boolean') return `${value ? 'VALUE_TRUE' : 'VALUE_FALSE'} value ${value}`;
  return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT';
}
