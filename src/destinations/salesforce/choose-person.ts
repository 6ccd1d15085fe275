import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord } from '../destination.js';
import type { MappingOptions } from './mapping-options.js';
import type { Place } from './place.js';
import type { FoundPerson } from './read-people.js';

export type Choice = FoundPerson | null;
type Policy = MappingOptions['severalMatches'];

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** The one to take when several fit, ties broken by id so that it is always the same; null: none. */
const orders = {
  refuse: null,
  oldest: (one, other) => byText(one.createdAt, other.createdAt) || byText(one.id, other.id),
  newest: (one, other) => byText(other.createdAt, one.createdAt) || byText(one.id, other.id),
  last_changed: (one, other) => byText(other.changedAt, one.changedAt) || byText(one.id, other.id),
} as const satisfies Record<Policy, ((one: FoundPerson, other: FoundPerson) => number) | null>;

const words: Readonly<Record<Policy, string>> = {
  refuse: '',
  oldest: 'oldest',
  newest: 'newest',
  last_changed: 'last changed',
};

export interface Chosen {
  readonly person: FoundPerson;
  readonly notes: Place['notes'];
}

/**
 * The record to take of those that fit.
 * @param how what they fit by, in words
 * @throws DeliveryError `rejected` when there are several and the mapping does not say which to take
 */
export function choosePerson(
  fits: readonly FoundPerson[],
  policy: Policy,
  keyField: string,
  how: string,
): Chosen | null {
  const [only, second] = fits;
  if (only === undefined) return null;
  if (second === undefined) return { person: only, notes: [] };
  const listed = fits.map(({ kind, id }) => `${kind.label} ${id}`).join(', ');
  const several = `${fits.length} records have this ${how}: ${listed}`;
  const order = orders[policy];
  if (order === null)
    throw new DeliveryError('rejected', `${several}. Merge them, or let the mapping say which one to take`, {
      code: 'SEVERAL_MATCHES',
      field: keyField,
    });
  const person = fits.toSorted(order)[0] ?? only;
  const message = `${several}. The ${words[policy]}, ${person.id}, was taken, as the mapping says`;
  return { person, notes: [{ field: keyField, code: 'SEVERAL_MATCHES', message }] };
}

/** The value a record is found by in one of the person's own fields, trimmed; null: the profile does not know it. */
export function valueOf(record: OutgoingRecord, field: string, keyField: string): string | null {
  if (field === keyField) return record.key;
  const value = record.fields[field]?.value;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
