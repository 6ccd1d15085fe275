import type { AttributeType, TypedValue } from '../../profiles/attribute.js';
import type { FieldValue, Json } from '../destination.js';

/** A field as Landbot takes it. */
export interface LandbotField {
  readonly type: string;
  readonly value: string | number | boolean;
}

/** Landbot's types of fields are its own; what has none goes as a text. An empty text clears. */
const converters = {
  string: ({ value }) => ({ type: 'string', value: String(value) }),
  number: ({ value }) => ({ type: 'integer', value: Number(value) }),
  boolean: ({ value }) => ({ type: 'boolean', value: value === true }),
  date: ({ value }) => ({ type: 'string', value: String(value) }),
  datetime: ({ value }) => ({ type: 'string', value: String(value) }),
  list: ({ value }) => ({ type: 'string', value: Array.isArray(value) ? value.join(', ') : String(value) }),
} as const satisfies Record<AttributeType, (value: TypedValue) => LandbotField>;

export function toField(value: FieldValue): LandbotField {
  if (value === null) return { type: 'string', value: '' };
  const field = converters[value.type](value);
  // Landbot's integers have no decimals; the exact number goes as a text.
  return field.type === 'integer' && !Number.isSafeInteger(field.value)
    ? { type: 'string', value: String(field.value) }
    : field;
}

export const typeOfHeld = (value: Json | undefined): AttributeType =>
  typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';
