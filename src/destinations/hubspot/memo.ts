import { z } from 'zod';
import type { Json, KnownRecord, OutgoingRecord } from '../destination.js';
import { comparableKey } from './contact-key.js';

const memoSchema = z.object({
  /** Where HubSpot holds the record: under this value of this property. */
  field: z.string(),
  key: z.string(),
  /** The decision about e-mail that HubSpot was told last: for which addresses, and when the person decided. */
  consent: z
    .object({ email: z.string(), others: z.array(z.string()).optional(), status: z.string(), at: z.string() })
    .optional(),
  /** The company the contact was last associated with, by its domain. */
  company: z.object({ domain: z.string(), id: z.string() }).optional(),
});
export type Memo = z.infer<typeof memoSchema>;

/** null: nothing is remembered, or only by an older version of Parley. */
export const readMemo = (memo: Json | undefined): Memo | null => memoSchema.safeParse(memo).data ?? null;

/** What is to be remembered of a record that HubSpot holds now. */
export function toMemo(keyField: string, { key, known }: OutgoingRecord): Json {
  return stored({ ...readMemo(known?.memo), field: keyField, key: comparableKey(keyField, key) });
}

/** The same with a further fact. */
export function withMemo(memo: Json, more: Partial<Pick<Memo, 'consent' | 'company'>>): Json {
  const before = readMemo(memo);
  return before === null ? memo : stored({ ...before, ...more });
}

const stored = ({ field, key, consent, company }: Memo): Json => ({
  field,
  key,
  ...(consent === undefined ? {} : { consent: { ...consent, others: consent.others ?? [] } }),
  ...(company === undefined ? {} : { company }),
});

/** A record whose key is another one than at its last write. */
export interface MovedRecord extends OutgoingRecord {
  readonly known: KnownRecord;
}

/** An upsert by the new key would make a second contact, so the contact is found by its id and given the new key. */
export function hasMoved(keyField: string, record: OutgoingRecord): record is MovedRecord {
  const held = readMemo(record.known?.memo);
  return held !== null && (held.field !== keyField || held.key !== comparableKey(keyField, record.key));
}
