import type { Org } from '../org.js';
import type { RestErrorEntry } from '../rest/rest-error.js';
import type { StoredValue } from '../schema/field-definition.js';
import type { StoredRecord } from './record-table.js';

export type Values = Readonly<Record<string, StoredValue>>;
/** null empties a field. */
export type Changes = Readonly<Record<string, StoredValue | null>>;

/** What Salesforce does with the records of one object beyond keeping them. */
export interface Behaviour {
  /** What it works out itself whenever the record is saved. */
  readonly derive?: (org: Org, record: StoredRecord, before: StoredRecord | null) => Changes;
  /** Why it does not take this record, although every value is fine. */
  readonly object?: (org: Org, record: StoredRecord, before: StoredRecord | null) => RestErrorEntry | null;
  /** What else changes with it. */
  readonly afterSave?: (org: Org, record: StoredRecord, before: StoredRecord | null) => void;
  readonly afterDelete?: (org: Org, record: StoredRecord) => void;
}

/** Puts the records into the bin that go with this one: those of these objects whose look-up points to it. */
export function removeWith(org: Org, { Id: id }: StoredRecord, lookups: Readonly<Record<string, string>>): void {
  for (const [name, lookup] of Object.entries(lookups))
    for (const { Id } of org.related(name, lookup, id)) org.remove(org.schema.any(name), Id);
}

export const textOf = (record: Values, field: string): string => String(record[field] ?? '');
export const fullName = (record: Values): string =>
  [record.FirstName, record.LastName].filter((part) => part !== undefined).join(' ');
