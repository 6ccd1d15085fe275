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

export const textOf = (record: Values, field: string): string => String(record[field] ?? '');
export const fullName = (record: Values): string =>
  [record.FirstName, record.LastName].filter((part) => part !== undefined).join(' ');
