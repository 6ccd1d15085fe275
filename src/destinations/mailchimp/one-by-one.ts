import { DeliveryError } from '../delivery-error.js';
import type { RecordResult } from '../destination.js';
import type { Member, MemberStatus } from './answers.js';
import type { MemberWrite } from './client.js';
import { nextStep, noConsent, reasons, type Reason } from './consent-policy.js';
import { emptyWrite, memberBody, type ContactWrite } from './contact-write.js';
import {
  addressesOf,
  changedBy,
  decidedAt,
  delivered,
  grantIsNewer,
  hasNewGrant,
  isUnchanged,
  tagsToAdd,
  withheld,
  withoutField,
  type Job,
  type WriteJob,
} from './job.js';
import { consentEvidence } from './member-batch.js';
import type { MemberCalls } from './member-calls.js';
import type { OptOuts } from './opt-outs.js';

interface Tools {
  readonly client: MemberCalls;
  readonly optOuts: OptOuts;
  readonly now: () => Date;
  /** What a grant makes of a contact: `pending` where Mailchimp is to ask for a confirmation. */
  readonly statusOfGrant: () => Promise<'subscribed' | 'pending'>;
  readonly tagsStartAutomations: boolean;
}

interface Written {
  readonly member: Member;
  readonly write: ContactWrite;
}

/**
 * Members that no batch may carry. Every write here is a PATCH without a status, which can neither create a contact nor
 * change what the person decided at Mailchimp; a status is written only after the member's own was seen, by the policy.
 */
export class OneByOne {
  constructor(private readonly tools: Tools) {}

  /** Reads first, for a member that may have opted out: then not even its fields are sent. */
  async look(job: WriteJob): Promise<RecordResult> {
    const member = await this.tools.client.member(job.email);
    if (member === null) return this.create(job);
    const step = this.#step(job, member.status, grantIsNewer(job, member));
    if (step === 'withhold') return this.#withheld(job, member);
    if (step === 'subscribe') return this.#subscribe(job, job.whole);
    if (isUnchanged(job)) return this.#done(job, { member, write: job.news });
    const written = await this.#patch(job, job.news, {});
    return written === null ? this.create(job) : this.#done(job, written);
  }

  /** Writes first, for a member we have no reason to doubt; the answer tells its status. */
  async write(job: WriteJob): Promise<RecordResult> {
    const written = await this.#patch(job, job.news, {});
    return written === null ? this.create(job) : this.#settle(job, written);
  }

  /**
   * A changed address is the same member: it moves, and keeps what it has. Mailchimp moves subscribed contacts only and
   * refuses the whole request for anybody else, so trying first is safe.
   */
  async rename(job: WriteJob, from: string): Promise<RecordResult> {
    const atNewAddress: WriteJob = { ...job, memo: null, news: job.whole };
    try {
      const written = await this.#patch({ ...job, email: from }, job.news, { email_address: job.email });
      return written === null ? await this.#lookFor(atNewAddress, hasNewGrant(job)) : await this.#settle(job, written);
    } catch (error) {
      if (!isNotMovable(error)) throw error;
    }
    const left = await this.tools.client.member(from);
    const reason = left === null ? null : await this.#reasonAgainst(job, left);
    if (left !== null && reason !== null) return withheld(job, reason, { member: left, at: this.tools.now() });
    // The old contact stays: it is remembered, so that a later withdrawal reaches it as well.
    return this.look({ ...atNewAddress, leftBehind: left === null ? job.leftBehind : [...job.leftBehind, from] });
  }

  /** The contact is not there any more: it was moved at Mailchimp, or deleted for good, which no new address undoes either. */
  async #lookFor(job: WriteJob, hasNewGrant: boolean): Promise<RecordResult> {
    const isThere = hasNewGrant || (await this.tools.client.member(job.email)) !== null;
    return isThere ? this.look(job) : withheld(job, reasons.forgotten);
  }

  /**
   * Takes the person off at once, at every address we know them by; never creates anybody for it. Whoever is off already is left as they
   * are: our write would take the place of the person's own opt-out, which Mailchimp protects, or of the bounce.
   */
  async withdraw(job: Job): Promise<RecordResult> {
    const { client, now } = this.tools;
    const at = decidedAt(job) ?? now();
    let last: { readonly member: Member; readonly withdrawnAt: Date } | null = null;
    const addresses = addressesOf(job);
    for (const address of addresses) {
      const found = await client.member(address);
      if (found === null) continue;
      const isOff = found.status === 'unsubscribed' || found.status === 'cleaned';
      const member = isOff ? found : await client.patch(address, { status: 'unsubscribed' });
      // What took them off before may be newer than this withdrawal.
      if (member !== null) last = { member, withdrawnAt: isOff && changedBy(found) > at ? changedBy(found) : at };
    }
    if (last === null) return withheld(job, noConsent);
    return delivered(job, last.member, now(), { withdrawal: { at: last.withdrawnAt, from: addresses } });
  }

  /** Nobody has the address: the one place where a single member is made. */
  async create(job: WriteJob): Promise<RecordResult> {
    const status = job.decision === null ? 'transactional' : await this.tools.statusOfGrant();
    const { tags } = job.record;
    const extras: MemberWrite = {
      email_address: job.email,
      status_if_new: status,
      ...consentEvidence(job, status),
      ...(tags.length === 0 ? {} : { tags }),
    };
    const send = (write: ContactWrite) => this.tools.client.put(job.email, { ...extras, ...memberBody(write) });
    const { answer, write } = await leavingOutFaulty(job.whole, send);
    // A status of its own: somebody else made the contact in between, and PUT has left it alone.
    return delivered(job, answer, this.tools.now(), { created: answer.status === status, dropped: write.dropped });
  }

  /** Brings the tags up to date, where there is anything to change. */
  async tag(job: Job, add: readonly string[], remove: readonly string[]): Promise<void> {
    if (add.length === 0 && remove.length === 0) return;
    const { client, tagsStartAutomations: startsAutomations } = this.tools;
    await client.tags(job.email, { add, remove, startsAutomations });
  }

  /** What a batch cannot carry: marketing permissions. */
  async permit(job: Job, permissions: ContactWrite['permissions']): Promise<void> {
    const { marketing_permissions } = memberBody({ ...emptyWrite, permissions });
    if (marketing_permissions !== undefined) await this.tools.client.patch(job.email, { marketing_permissions });
  }

  /** Our own write is the last change now, so it cannot be told how old an opt-out is: it counts as newer than the grant. */
  async #settle(job: WriteJob, written: Written): Promise<RecordResult> {
    const { status } = written.member;
    const step = this.#step(job, status, false);
    if (step === 'withhold') return this.#withheld(job, written.member);
    if (step === 'subscribe') return this.#subscribe(job, job.whole);
    return this.#done(job, written);
  }

  /** Why a new address does not help. An opt-out is not shaken off by one; a bounce is about the old one, so it does not follow, but a complaint does. */
  async #reasonAgainst(job: Job, left: Member): Promise<Reason | null> {
    if (this.#step(job, left.status, grantIsNewer(job, left)) !== 'withhold') return null;
    if (left.status !== 'cleaned') return reasonFor(left.status);
    const complainedAt = await this.tools.client.complainedAt(left.email_address);
    const granted = decidedAt(job);
    return complainedAt === null || (granted !== null && granted > complainedAt) ? null : reasons.complaint;
  }

  async #subscribe(job: WriteJob, whole: ContactWrite): Promise<RecordResult> {
    const status = await this.tools.statusOfGrant();
    const written = await this.#patch(job, whole, { status, ...consentEvidence(job, status) });
    if (written === null) return this.create(job);
    return this.#done({ ...job, memo: null }, written);
  }

  async #done(job: WriteJob, { member, write }: Written): Promise<RecordResult> {
    this.tools.optOuts.forget(job.email);
    await this.tag(job, tagsToAdd(job), job.record.tagsToRemove);
    return delivered(job, member, this.tools.now(), { dropped: write.dropped });
  }

  async #patch(job: WriteJob, news: ContactWrite, more: MemberWrite): Promise<Written | null> {
    const send = (write: ContactWrite) => this.tools.client.patch(job.email, { ...more, ...memberBody(write) });
    const { answer, write } = await leavingOutFaulty(news, send);
    return answer === null ? null : { member: answer, write };
  }

  #step(job: Job, found: MemberStatus, isNewer: boolean) {
    return nextStep(job.decision?.status === 'granted', found, isNewer);
  }

  #withheld(job: Job, member: Member): RecordResult {
    return withheld(job, reasonFor(member.status), { member, at: this.tools.now() });
  }
}

/** Why a member with this status is left alone. */
export function reasonFor(status: MemberStatus) {
  return status === 'unsubscribed' || status === 'archived' || status === 'cleaned' ? reasons[status] : noConsent;
}

/** Not subscribed, or the new address has a member of its own: two cannot be made one, so the new one is written. */
function isNotMovable(error: unknown): boolean {
  if (!(error instanceof DeliveryError) || error.kind !== 'rejected') return false;
  return error.details.field === 'email address' || error.details.code === 'Member Exists';
}

/** Sends again without each field that is not accepted, so that one bad value does not keep a record back. */
async function leavingOutFaulty<T>(
  write: ContactWrite,
  send: (write: ContactWrite) => Promise<T>,
): Promise<{ readonly answer: T; readonly write: ContactWrite }> {
  try {
    return { answer: await send(write), write };
  } catch (error) {
    const rest = error instanceof DeliveryError ? withoutField(write, error) : null;
    if (rest === null) throw error;
    return leavingOutFaulty(rest, send);
  }
}
