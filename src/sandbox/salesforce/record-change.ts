import type { Caller } from './caller.js';
import type { StoredRecord } from './records/record-table.js';

/** One record was made, changed or deleted, and the transaction it happened in has ended well. */
export interface RecordChange {
  readonly kind: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly object: string;
  readonly record: StoredRecord;
  readonly before: StoredRecord | null;
  readonly at: Date;
  readonly by: Caller;
}
