import { z } from 'zod';
import type { Json, OutgoingRecord } from '../destination.js';

/** What we want to be reminded of about a record when it is written again. */
export interface Memo {
  /** The key it was last written under; null: not noted. */
  readonly key: string | null;
  /** Opt-out boxes that are ticked for withdrawals that still stand. */
  readonly ticked: readonly string[];
  /** The consents as they were last told to the org's consent records, by purpose. */
  readonly consentsTold: Readonly<Record<string, string>>;
}

const memo = z
  .object({
    key: z.string().nullable().default(null),
    ticked: z.array(z.string()).default([]),
    optedOutOfEmail: z.boolean().default(false), // as it was noted before other boxes were known
    consentsTold: z.record(z.string(), z.string()).default({}),
  })
  .transform(({ key, ticked, optedOutOfEmail, consentsTold }) => ({
    key,
    ticked: optedOutOfEmail ? [...ticked, 'HasOptedOutOfEmail'] : ticked,
    consentsTold,
  }));

const nothing: Memo = { key: null, ticked: [], consentsTold: {} };

export const readMemo = ({ known }: Pick<OutgoingRecord, 'known'>): Memo => memo.safeParse(known?.memo).data ?? nothing;

export const writeMemo = ({ key, ticked, consentsTold }: Memo): Json => ({
  key,
  ticked: [...ticked],
  ...(Object.keys(consentsTold).length === 0 ? {} : { consentsTold }),
});

/** A known record whose key is another one than when it was last written. */
export function hasMoved(record: Pick<OutgoingRecord, 'known' | 'key'>): boolean {
  const { key } = readMemo(record);
  return record.known !== null && key !== null && key !== record.key;
}
