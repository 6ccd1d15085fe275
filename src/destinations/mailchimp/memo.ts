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
  /** The addresses it was carried out at, beside the one above. */
  withdrawnFrom: z.array(z.string()).readonly().default([]),
  /** Whether the member holds all the fields we ever meant to send: not after a withdrawal, which sends none. */
  isComplete: z.boolean(),
  /** Earlier addresses of the person that are still members: a withdrawal has to reach them too. */
  leftBehind: z.array(z.string()).readonly().default([]),
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

/** A withdrawal that was carried out: the time of the person's decision, and every address that was looked at. */
export interface Withdrawal {
  readonly at: Date;
  readonly from: readonly string[];
}

/** More would be somebody who plays with us. */
const mostLeftBehind = 20;

export function memoOf(
  member: Member,
  seenAt: Date,
  rest: Pick<Memo, 'isComplete' | 'leftBehind'> & { readonly withdrawal?: Withdrawal },
): Memo {
  const email = member.email_address.toLowerCase();
  return {
    email,
    status: member.status,
    changedAt: member.last_changed,
    seenAt,
    withdrawnAt: rest.withdrawal?.at ?? null,
    withdrawnFrom: rest.withdrawal?.from.filter((address) => address !== email) ?? [],
    isComplete: rest.isComplete,
    leftBehind: [...new Set(rest.leftBehind)].filter((address) => address !== email).slice(-mostLeftBehind),
  };
}
