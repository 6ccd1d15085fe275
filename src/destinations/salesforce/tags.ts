import type { OutgoingRecord } from '../destination.js';
import { storable, type Objection } from './field-value.js';
import { nativeTypeOf } from './native-type.js';
import type { DescribedField } from './wire.js';

/** Types whose value is a list joined by `;`, or can hold one. */
const tagTypes: ReadonlySet<string | null> = new Set(['multipicklist', 'string', 'textarea']);

export const canHoldTags = (field: DescribedField): boolean => tagTypes.has(nativeTypeOf(field));

/** Does this record change tags at the provider? */
export const hasTagNews = ({ known, tags, tagsToAdd, tagsToRemove }: OutgoingRecord): boolean =>
  tagsToAdd.length > 0 || tagsToRemove.length > 0 || (known === null && tags.length > 0);

export interface TagWrite {
  /** The whole value the field should hold; null empties it; undefined: it holds that already. */
  readonly value: string | null | undefined;
  readonly objections: readonly Objection[];
}

/**
 * The field is written as a whole, so what people added by hand is put back with ours.
 *
 * @param present what the field holds now; null: there is no such record yet
 */
export function writeTags(record: OutgoingRecord, present: string | null, field: DescribedField): TagWrite {
  const ours = present === null || record.known === null ? record.tags : record.tagsToAdd;
  const { stored, objections } = storable(ours, field);
  const before = splitTags(present ?? '');
  const gone = new Set(record.tagsToRemove);
  const after = [...new Set([...before.filter((tag) => !gone.has(tag)), ...stored])];
  if (sameSet(before, after)) return { value: undefined, objections };
  return { value: after.length === 0 ? null : after.join(';'), objections };
}

const splitTags = (value: string): readonly string[] =>
  value
    .split(';')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && new Set([...one, ...other]).size === one.length;
