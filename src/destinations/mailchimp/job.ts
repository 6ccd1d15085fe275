import type { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import type { Member } from './answers.js';
import { refusals, type Decision, type Reason } from './consent-policy.js';
import { memoOf, readMemo, writeMemo, type Memo } from './memo.js';
import { toMergeWrite, type MergeWrite } from './merge-fields.js';
import type { MergeField } from './answers.js';

/** One record on its way, with what we know of its member. */
export interface Job {
  readonly record: OutgoingRecord;
  readonly email: string;
  readonly decision: Decision;
  readonly memo: Memo | null;
}

/** A job with its fields as Mailchimp takes them. */
export interface WriteJob extends Job {
  /** What changed; everything for a member that is not known to hold all of it. */
  readonly news: MergeWrite;
  /** Everything, for a member that has to be made. */
  readonly whole: MergeWrite;
}

export function toJob(record: OutgoingRecord): Job {
  const consent = record.consents.email;
  return {
    record,
    email: record.key.trim().toLowerCase(),
    decision: consent === undefined || consent.status === 'unknown' ? null : { ...consent, status: consent.status },
    memo: record.known === null ? null : readMemo(record.known.memo),
  };
}

export function withFields(job: Job, fields: ReadonlyMap<string, MergeField>): WriteJob {
  const whole = toMergeWrite(fields, job.record.fields);
  const news = job.memo?.isComplete === true ? toMergeWrite(fields, job.record.changed) : whole;
  return { ...job, news, whole };
}

/** When the person decided; null when there is no decision. */
export function decidedAt({ decision }: Job): Date | null {
  return decision === null ? null : new Date(decision.at);
}

/** The person has agreed since we last saw the member: an opt-out there may be older than that. */
export function hasNewGrant(job: Job): boolean {
  const { decision, memo } = job;
  return memo !== null && decision?.status === 'granted' && new Date(decision.at) > memo.seenAt;
}

/** The tags the member does not have yet: all of ours for a member we know nothing about. */
export function tagsToAdd({ record, memo }: Job): readonly string[] {
  return memo?.isComplete === true ? record.tagsToAdd : record.tags;
}

export function delivered(
  job: Job,
  member: Member,
  at: Date,
  more: { readonly created?: boolean; readonly dropped?: MergeWrite['dropped']; readonly withdrawnAt?: Date } = {},
): RecordResult {
  const isComplete = more.withdrawnAt === undefined;
  return {
    profileId: job.record.profileId,
    status: 'delivered',
    remoteId: member.id,
    created: more.created ?? false,
    memo: writeMemo(memoOf(member, at, { ...more, isComplete })),
    dropped: more.dropped ?? [],
  };
}

export function withheld({ record }: Job, { code, message }: Reason): RecordResult {
  return { profileId: record.profileId, status: 'withheld', code, message };
}

export function failed({ record }: Job, error: DeliveryError): RecordResult {
  return { profileId: record.profileId, status: 'failed', error };
}

/** An error about one record: some are Mailchimp's rules at work, and then the record is withheld. */
export function refused(job: Job, error: DeliveryError): RecordResult {
  const code = refusals[error.details.code ?? ''];
  return code === undefined ? failed(job, error) : withheld(job, { code, message: error.message });
}

/** Mailchimp names the merge field it does not accept: the rest of the record can go without it. */
export function withoutField(write: MergeWrite, error: DeliveryError): MergeWrite | null {
  const { field, code } = error.details;
  if (error.kind !== 'rejected' || field === undefined || !(field in write.values)) return null;
  const values = Object.fromEntries(Object.entries(write.values).filter(([tag]) => tag !== field));
  return { values, dropped: [...write.dropped, { field, code: code ?? 'rejected', message: error.message }] };
}

/** The member holds all of it already. */
export function isUnchanged({ news, record, memo }: WriteJob): boolean {
  const tags = memo?.isComplete === true ? [...record.tagsToAdd, ...record.tagsToRemove] : record.tags;
  return Object.keys(news.values).length === 0 && tags.length === 0;
}

/** The result of a record that needed no call. */
export function stillDelivered(job: WriteJob, at: Date): RecordResult {
  const { record, memo, news } = job;
  return {
    profileId: record.profileId,
    status: 'delivered',
    remoteId: record.known?.remoteId ?? '',
    created: false,
    memo: memo === null ? null : writeMemo({ ...memo, seenAt: at }),
    dropped: news.dropped,
  };
}
