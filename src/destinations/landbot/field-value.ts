import type { AttributeType, TypedValue } from '../../profiles/attribute.js';
import type { FieldValue, Json } from '../destination.js';

/** A field as Landbot takes it. */
export interface LandbotField {
  readonly type: string;
  readonly value: string | number | boolean;
}

const textOf = ({ value }: TypedValue): string => (Array.isArray(value) ? value.join(', ') : String(value));

/** Landbot's own types beside text, for who has seen that their account takes them. Its integers have no decimals. */
const typed: Partial<Record<AttributeType, (value: TypedValue) => LandbotField | null>> = {
  number: ({ value }) => (Number.isSafeInteger(value) ? { type: 'integer', value: Number(value) } : null),
  boolean: ({ value }) => ({ type: 'boolean', value: value === true }),
};

/** A value as Landbot takes it: a text, unless the settings say otherwise. An empty text clears. */
export function toField(value: FieldValue, typedFields: boolean): LandbotField {
  if (value === null) return { type: 'string', value: '' };
  const own = typedFields ? (typed[value.type]?.(value) ?? null) : null;
  return own ?? { type: 'string', value: textOf(value) };
}

export const typeOfHeld = (value: Json | undefined): AttributeType =>
  typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';
