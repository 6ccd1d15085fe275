import { z } from 'zod';
import type { Json, OutgoingRecord } from '../destination.js';

/** What we want to be reminded of about a record when it is written again. */
export interface Memo {
  /** The key it was last written under; null: not noted. */
  readonly key: string | null;
  /** The opt-out box is ticked for a withdrawal that still stands. */
  readonly optedOutOfEmail: boolean;
}

const memo = z.object({ key: z.string().nullable().default(null), optedOutOfEmail: z.boolean().default(false) });

export function readMemo({ known }: OutgoingRecord): Memo {
  return memo.safeParse(known?.memo).data ?? { key: null, optedOutOfEmail: false };
}

export const writeMemo = ({ key, optedOutOfEmail }: Memo): Json => ({ key, optedOutOfEmail });
