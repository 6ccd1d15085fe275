import { z } from 'zod';
import type { Json, KnownRecord, OutgoingRecord } from '../destination.js';
import { comparableKey } from './contact-key.js';

/** Where HubSpot holds a record: under this value of this property. */
const memoSchema = z.object({ field: z.string(), key: z.string() });

export const toMemo = (keyField: string, { key }: OutgoingRecord): Json => ({
  field: keyField,
  key: comparableKey(keyField, key),
});

/** A record whose key is another one than at its last write. */
export interface MovedRecord extends OutgoingRecord {
  readonly known: KnownRecord;
}

/** An upsert by the new key would make a second contact, so the contact is found by its id and given the new key. */
export function hasMoved(keyField: string, record: OutgoingRecord): record is MovedRecord {
  const held = memoSchema.safeParse(record.known?.memo).data;
  return held !== undefined && (held.field !== keyField || held.key !== comparableKey(keyField, record.key));
}
