import type { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import type { Member } from './answers.js';
import { refusals, type Decision, type Reason } from './consent-policy.js';
import { memoOf, readMemo, writeMemo, type Memo, type Withdrawal } from './memo.js';
import { emptyWrite, isEmpty, toContactWrite, type ContactWrite } from './contact-write.js';
import type { FieldCatalog } from './field-catalog.js';

/** One record on its way, with what we know of its member. */
export interface Job {
  readonly record: OutgoingRecord;
  readonly email: string;
  readonly decision: Decision;
  readonly memo: Memo | null;
  /** Earlier addresses of the person that are still members. */
  readonly leftBehind: readonly string[];
}

/** A job with its fields as Mailchimp takes them. */
export interface WriteJob extends Job {
  /** What changed; everything for a member that is not known to hold all of it. */
  readonly news: ContactWrite;
  /** Everything, for a member that has to be made. */
  readonly whole: ContactWrite;
}

export function toJob(record: OutgoingRecord): Job {
  const consent = record.consents.email;
  const memo = record.known === null ? null : readMemo(record.known.memo);
  return {
    record,
    email: record.key.trim().toLowerCase(),
    decision: consent === undefined || consent.status === 'unknown' ? null : { ...consent, status: consent.status },
    memo,
    leftBehind: memo?.leftBehind ?? [],
  };
}

export function withFields(job: Job, catalog: FieldCatalog): WriteJob {
  const { fields, changed } = job.record;
  const whole = toContactWrite(catalog, fields);
  const news = job.memo?.isComplete === true ? toContactWrite(catalog, changed, fields) : whole;
  return { ...job, news, whole };
}

/**
 * When the person decided; null when there is no decision. A "no" that is said again is a new one, as they may have signed up at Mailchimp
 * in between; a grant is as old as its proof.
 */
export function decidedAt({ decision }: Job): Date | null {
  if (decision === null) return null;
  return new Date(decision.status === 'revoked' ? (decision.decidedAt ?? decision.at) : decision.at);
}

/** The person has agreed since we last saw the member: an opt-out there may be older than that. */
export function hasNewGrant(job: Job): boolean {
  const { decision, memo } = job;
  return memo !== null && decision?.status === 'granted' && new Date(decision.at) > memo.seenAt;
}

/** Every address of the person that may be a member: the present one, the last one we wrote, those left behind before, and all they have told. */
export function addressesOf({ email, memo, leftBehind, record: { emails = [] } }: Job): readonly string[] {
  return [...new Set([memo?.email ?? email, ...leftBehind, ...emails, email])];
}

/** The lists the member is not in yet: all of ours for a member we know nothing about. */
export function listsToAdd({ record, memo }: Job): readonly string[] {
  return memo?.isComplete === true ? record.listsToAdd : record.lists;
}

/** The tags the member does not have yet: all of ours for a member we know nothing about. */
export function tagsToAdd({ record, memo }: Job): readonly string[] {
  return memo?.isComplete === true ? record.tagsToAdd : record.tags;
}

export function delivered(
  job: Job,
  member: Member,
  at: Date,
  more: {
    readonly created?: boolean;
    readonly dropped?: ContactWrite['dropped'];
    readonly withdrawal?: Withdrawal;
  } = {},
): RecordResult {
  const { dropped = [], created = false, withdrawal } = more;
  const isComplete = withdrawal === undefined;
  const memo = memoOf(member, at, {
    leftBehind: job.leftBehind,
    isComplete,
    ...(withdrawal === undefined ? {} : { withdrawal }),
  });
  return {
    profileId: job.record.profileId,
    status: 'delivered',
    remoteId: member.id,
    created,
    memo: writeMemo(memo),
    dropped,
  };
}

/** @param found the member as it was just seen there: remembered, so that the next delivery knows where to look */
export function withheld(
  { record, memo, leftBehind }: Job,
  { code, message }: Reason,
  found?: { readonly member: Member; readonly at: Date },
): RecordResult {
  const result = { profileId: record.profileId, status: 'withheld', code, message } as const;
  if (found === undefined) return result;
  const { member, at } = found;
  const isComplete = memo?.isComplete === true && memo.email === member.email_address.toLowerCase();
  return { ...result, known: { remoteId: member.id, memo: writeMemo(memoOf(member, at, { leftBehind, isComplete })) } };
}

export function failed({ record }: Job, error: DeliveryError): RecordResult {
  return { profileId: record.profileId, status: 'failed', error };
}

/** Mailchimp tells times in whole seconds: what it says happened at one may have happened anywhere in it. */
const withinMs = 999;

/** When the member last changed there, at the latest. */
export const changedBy = ({ last_changed }: Member): Date => new Date(Date.parse(last_changed) + withinMs);

/** Whether the grant is newer than what took the member off: an opt-out of ours is as old as the withdrawal behind it; any other as old as the member's last change at most. */
export function grantIsNewer(job: Job, member: Member): boolean {
  const { memo } = job;
  const isOurs = memo !== null && memo.withdrawnAt !== null && memo.changedAt === member.last_changed;
  const optedOutAt = isOurs && memo.withdrawnAt !== null ? memo.withdrawnAt : changedBy(member);
  const granted = decidedAt(job);
  return granted !== null && granted > optedOutAt;
}

/** An error about one record: some are Mailchimp's rules at work, and then the record is withheld. */
export function refused(job: Job, error: DeliveryError): RecordResult {
  const code = refusals[error.details.code ?? ''];
  return code === undefined ? failed(job, error) : withheld(job, { code, message: error.message });
}

/** Mailchimp names the field it does not accept: the rest of the record can go without it. */
export function withoutField(write: ContactWrite, error: DeliveryError): ContactWrite | null {
  const { field, code } = error.details;
  if (error.kind !== 'rejected' || field === undefined) return null;
  const rest = without(write, field);
  if (rest === null) return null;
  return { ...rest, dropped: [...write.dropped, { field, code: code ?? 'rejected', message: error.message }] };
}

/** null: it is none of the fields we sent. `interests.1a2b3c4d5e` and `marketing_permissions.item:0.enabled` name all of their kind. */
function without(write: ContactWrite, field: string): ContactWrite | null {
  const [name = ''] = field.split('.');
  if (field in write.values) return { ...write, values: omit(write.values, field) };
  if (name in write.own) {
    const { language, vip } = write.own;
    const keepsVip = name !== 'vip' && vip !== undefined;
    return { ...write, own: keepsVip ? { vip } : name !== 'language' && language !== undefined ? { language } : {} };
  }
  if (name === 'interests' && !isEmpty({ ...emptyWrite, interests: write.interests }))
    return { ...write, interests: {} };
  if (name === 'marketing_permissions' && !isEmpty({ ...emptyWrite, permissions: write.permissions }))
    return { ...write, permissions: {} };
  return null;
}

const omit = <Value>(all: Readonly<Record<string, Value>>, name: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));

/** The member holds all of it already. */
export function isUnchanged({ news, record, memo }: WriteJob): boolean {
  const tags = memo?.isComplete === true ? [...record.tagsToAdd, ...record.tagsToRemove] : record.tags;
  return isEmpty(news) && tags.length === 0;
}

/** The result of a record that needed no call. @param seenAt when the opt-outs at Mailchimp were looked at; null: they were not */
export function stillDelivered(job: WriteJob, seenAt: Date | null): RecordResult {
  const { record, memo, news } = job;
  return {
    profileId: record.profileId,
    status: 'delivered',
    remoteId: record.known?.remoteId ?? '',
    created: false,
    memo: memo === null ? null : writeMemo({ ...memo, seenAt: seenAt ?? memo.seenAt }),
    dropped: news.dropped,
  };
}
