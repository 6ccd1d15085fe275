import { laneOfKnown } from './consent-policy.js';
import { addressesOf, decidedAt, hasNewGrant, type Job } from './job.js';
import type { MailchimpSettings } from './settings.js';
import type { Withdrawals } from './withdrawals.js';

/**
 * Which way a record takes.
 *
 * - `withhold`: nothing leaves. `withdraw`: the contact is unsubscribed there, nothing else is sent.
 * - `new`: not known to us; a batch that leaves existing contacts alone.
 * - `batch`: known and subscribed; a batch that updates, after a look at who has opted out.
 * - `alone`: known with another status; a PATCH without a status.
 * - `look`: may have opted out; read before anything is sent. `rename`: its address has changed.
 */
export type Lane = 'withhold' | 'withdraw' | 'new' | 'batch' | 'alone' | 'look' | 'rename';

export function laneOf(job: Job, settings: MailchimpSettings, withdrawals: Withdrawals): Lane {
  const { decision, memo, record } = job;
  if (decision?.status === 'revoked') return isCarriedOut(job, withdrawals) ? 'withhold' : 'withdraw';
  if (decision === null && settings.unknownConsent === 'withheld') return 'withhold';
  if (record.known === null) return 'new';
  if (memo === null) return 'look';
  if (memo.email !== job.email) return 'rename';
  const lane = laneOfKnown[memo.status];
  // A row says `subscribed`, which needs a grant behind it.
  if (lane === 'batch' && decision !== null && settings.knownMembers === 'batch') return 'batch';
  return lane === 'look' ? 'look' : aloneOrLook(job);
}

/** An opt-out that a PATCH would find may be older than a new grant, and only reading it first tells. */
export function aloneOrLook(job: Job): 'alone' | 'look' {
  return hasNewGrant(job) ? 'look' : 'alone';
}

function isCarriedOut(job: Job, withdrawals: Withdrawals): boolean {
  const { memo, email } = job;
  const at = decidedAt(job);
  if (at === null) return false;
  if (withdrawals.isKnown(email, at)) return true;
  if (memo?.withdrawnAt == null || memo.withdrawnAt < at) return false;
  return addressesOf(job).every((address) => address === memo.email || memo.withdrawnFrom.includes(address));
}

/** Requests that known members cost one by one, against a look at three lists of who has left, and one batch. */
const callsOfABatch = 4;

/** A handful of known members is cheaper, and safe without any look, one by one. */
export function isCheaperAlone(jobs: readonly Job[]): boolean {
  const calls = jobs.reduce((sum, job) => sum + (hasNewGrant(job) ? 2 : 1), 0);
  return calls <= callsOfABatch;
}
