import { z } from 'zod';
import type { Json } from '../destination.js';
import { memberStatuses, type Member } from './answers.js';

const memoSchema = z.object({
  /** The address our last write left there, lower-case. */
  email: z.string(),
  status: z.enum(memberStatuses),
  /** Mailchimp's `last_changed` of that moment: when it still says so, nobody has touched the member since. */
  changedAt: z.string(),
  /** By our clock, when we saw that. */
  seenAt: z.coerce.date(),
  /** The withdrawal that was carried out there, as the time of the person's decision. */
  withdrawnAt: z.coerce.date().nullable(),
  /** Whether the member holds all the fields we ever meant to send: not after a withdrawal, which sends none. */
  isComplete: z.boolean(),
});
/** What we remember about a member between two deliveries. */
export type Memo = z.infer<typeof memoSchema>;

/** @returns null when it is not ours to read: then the member's status is simply not known */
export function readMemo(memo: Json): Memo | null {
  return memoSchema.safeParse(memo).data ?? null;
}

export function writeMemo(memo: Memo): Json {
  return { ...memo, seenAt: memo.seenAt.toISOString(), withdrawnAt: memo.withdrawnAt?.toISOString() ?? null };
}

export function memoOf(
  member: Member,
  seenAt: Date,
  rest: Pick<Memo, 'isComplete'> & { readonly withdrawnAt?: Date },
): Memo {
  return {
    email: member.email_address.toLowerCase(),
    status: member.status,
    changedAt: member.last_changed,
    seenAt,
    withdrawnAt: rest.withdrawnAt ?? null,
    isComplete: rest.isComplete,
  };
}
