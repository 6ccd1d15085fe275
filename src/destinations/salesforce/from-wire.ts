import type { FieldValue } from '../destination.js';
import { momentOf } from './history/changed-rows.js';
import { attributeTypeOf } from './native-type.js';
import type { DescribedField } from './wire.js';

/** A value as Salesforce answers it, in our words; null: the field is empty, or holds what we do not read. */
export function fromWire(value: unknown, field: DescribedField): FieldValue {
  const type = attributeTypeOf(field);
  if (typeof value === 'boolean') return type === 'boolean' ? { type, value } : null;
  if (typeof value === 'number') return type === 'number' ? { type, value } : null;
  if (typeof value !== 'string' || value === '') return null;
  if (type === 'list') return { type, value: value.split(';') };
  if (type !== 'datetime') return type === 'string' || type === 'date' ? { type, value } : null;
  const moment = momentOf(value);
  return moment === null ? null : { type, value: moment.toISOString() };
}
