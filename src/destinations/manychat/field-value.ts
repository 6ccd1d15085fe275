import type { AttributeType, TypedValue } from '../../profiles/attribute.js';
import type { DroppedField, FieldValue, RemoteField } from '../destination.js';
import type { CustomField, FieldWrite } from './client.js';

/** ManyChat's own types of fields; `array` can be read, but not set through the API. */
export const nativeTypes = {
  text: 'string',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  array: 'list',
} as const satisfies Record<string, AttributeType>;
type NativeType = keyof typeof nativeTypes;

const isNative = (type: string): type is NativeType => Object.hasOwn(nativeTypes, type);

/** The type of a field that is made for values of ours. */
export const typeFor = {
  string: 'text',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  list: 'text',
} as const satisfies Record<AttributeType, NativeType>;

/** A value as `setCustomFields` takes it, or why it cannot be had. */
export function toWrite(field: CustomField, value: FieldValue): FieldWrite | DroppedField {
  const drop = (code: string, message: string): DroppedField => ({ field: field.name, code, message });
  if (!isNative(field.type) || field.type === 'array')
    return drop('NOT_WRITABLE', `fields of the type ${field.type} cannot be set through ManyChat's API`);
  if (value === null) return { field_name: field.name, field_value: '' };
  const converted = converters[field.type](value);
  if (converted === null) return drop('INVALID_VALUE', `${textOf(value)} is not a ${field.type}`);
  return { field_name: field.name, field_value: converted };
}

const textOf = ({ value }: TypedValue): string => (Array.isArray(value) ? value.join(', ') : String(value));

const converters = {
  text: textOf,
  number: ({ value }) => (typeof value === 'number' ? value : finite(value)),
  boolean: ({ value }) => (typeof value === 'boolean' ? value : (words[String(value).toLowerCase()] ?? null)),
  date: ({ type, value }) => (type === 'date' || type === 'datetime' ? String(value).slice(0, 10) : null),
  // With an offset: ManyChat's API refuses the form that ends in Z, which its dynamic blocks want.
  datetime: ({ type, value }) =>
    type === 'datetime'
      ? `${String(value).slice(0, 19)}+00:00`
      : type === 'date'
        ? `${String(value)}T00:00:00+00:00`
        : null,
} as const satisfies Record<Exclude<NativeType, 'array'>, (value: TypedValue) => string | number | boolean | null>;

function finite(value: TypedValue['value']): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  return Number.isFinite(number) ? number : null;
}

const words: Readonly<Record<string, boolean>> = { true: true, yes: true, false: false, no: false };

export const toRemoteField = ({ name, type }: CustomField): RemoteField => ({
  name,
  label: name,
  type: isNative(type) ? nativeTypes[type] : 'string',
  nativeType: type,
  writable: type !== 'array',
  required: false,
  unique: false,
  options: null,
});
