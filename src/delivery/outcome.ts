import { consequences, type DeliveryError, type FailureKind } from '../destinations/delivery-error.js';
import type {
  DeliveredRecord,
  DroppedField,
  FieldValue,
  OutgoingRecord,
  RecordResult,
  WithheldRecord,
} from '../destinations/destination.js';
import { nextDelayMs } from './backoff.js';
import type { IdleOutcome, Plan } from './plan-records.js';
import type { RemoteRecord, RemoteRecordUpdate } from './remote-records.repository.js';
import type { ClaimedMark, MarkResult } from './sync-marks.repository.js';

/** How one record of a delivery ended. */
export type Outcome =
  IdleOutcome | 'delivered' | 'recreated' | 'retrying' | 'rejected' | 'gone' | 'merged' | 'held_back';

/** A record that needs a person. */
export interface Letter {
  readonly cause: string;
  readonly message: string;
  readonly answer: { readonly code: string | null; readonly field: string | null };
}

/** One record's outcome with all that follows from it, ready to be written in one transaction. */
export interface Entry {
  readonly mark: MarkResult & { readonly outcome: Outcome };
  readonly code: string | null;
  readonly message: string | null;
  readonly field: string | null;
  readonly sent: Readonly<Record<string, FieldValue>> | null;
  readonly dropped: readonly DroppedField[];
  readonly remoteRecord: RemoteRecordUpdate | null;
  readonly letter: Letter | null;
}

const plain = {
  code: null,
  message: null,
  field: null,
  sent: null,
  dropped: [],
  remoteRecord: null,
  letter: null,
} as const;

interface Settling {
  readonly mark: ClaimedMark;
  readonly version: number;
}

/** Nothing to send: the mark rests until there is news. */
export function idleEntry(
  { mark, version }: Settling,
  outcome: IdleOutcome | 'gone' | 'merged',
  reason: string,
): Entry {
  return { ...plain, message: reason, mark: rested(mark, version, outcome, outcome === 'unchanged' ? null : reason) };
}

/** Another record with the same key goes first; this one follows in the next pass. */
export function heldBackEntry({ mark, version }: Settling, now: Date): Entry {
  const reason = 'another profile with the same key is delivered first';
  return {
    ...plain,
    message: reason,
    mark: { ...rested(mark, version, 'held_back', reason), settled: false, retryAt: now },
  };
}

export interface SentRecord extends Settling {
  readonly plan: Extract<Plan, { action: 'send' }>;
  readonly held: RemoteRecord | null;
}

/** The provider has spoken about one record. */
export function entryOf(sent: SentRecord, result: RecordResult, now: Date, random: number): Entry {
  if (result.status === 'delivered') return deliveredEntry(sent, result, now);
  if (result.status === 'withheld') return withheldEntry(sent, result);
  return failedEntry(sent, result.error, now, random, sentFields(sent.plan.record));
}

/** Nothing was written; what was found there is remembered, so that it is known by its id from now on. */
function withheldEntry({ mark, version, plan, held }: SentRecord, result: WithheldRecord): Entry {
  const { profile, record } = plan;
  const nothing = { fields: {}, tags: [], lists: [], dropped: [], consents: {} };
  return {
    ...plain,
    code: result.code,
    message: result.message,
    mark: rested(mark, version, 'withheld', result.message),
    remoteRecord:
      result.known === undefined
        ? null
        : { ...nothing, ...held, ...result.known, profileId: profile.id, key: record.key, version },
  };
}

/** What was sent for a record: everything to one that was not known, otherwise what differs. */
const sentFields = (record: OutgoingRecord): Readonly<Record<string, FieldValue>> =>
  record.known === null ? record.fields : record.changed;

function deliveredEntry({ mark, version, plan, held }: SentRecord, result: DeliveredRecord, now: Date): Entry {
  const { record, profile } = plan;
  // Made anew although we knew it: somebody deleted it there, so it holds only what this write sent, and the rest has to follow.
  const recreated = result.created && record.known !== null;
  const sent = sentFields(record);
  const base = rested(mark, version, recreated ? 'recreated' : 'delivered', null);
  return {
    ...plain,
    sent,
    dropped: [...plan.problems, ...result.dropped],
    mark: recreated ? { ...base, settled: false, retryAt: now } : base,
    remoteRecord: {
      profileId: profile.id,
      key: record.key,
      remoteId: result.remoteId,
      fields: recreated ? sent : { ...held?.fields, ...sent },
      tags: recreated ? record.tagsToAdd : record.tags,
      lists: recreated ? record.listsToAdd : record.lists,
      // They count as sent: the same value would only be refused again. A resync tries once more.
      dropped: stillDropped(held?.dropped ?? [], record, result.dropped),
      consents: record.consents,
      memo: result.memo,
      version,
    },
  };
}

/** Names of refused fields, and with a prefix, which no field has, those of refused tags and lists. */
function stillDropped(before: readonly string[], record: OutgoingRecord, now: readonly DroppedField[]): string[] {
  const sent = sentFields(record);
  const refused = now.flatMap(({ field, tag, list }) => {
    if (tag !== undefined) return [`tag:${tag}`];
    if (list !== undefined) return [`list:${list}`];
    return Object.hasOwn(sent, field) ? [field] : [];
  });
  const sentAgain = new Set([
    ...Object.keys(sent),
    ...[...record.tagsToAdd, ...record.tagsToRemove].map((tag) => `tag:${tag}`),
    ...[...record.listsToAdd, ...record.listsToRemove].map((list) => `list:${list}`),
  ]);
  return [...new Set([...before.filter((name) => !sentAgain.has(name)), ...refused])];
}

/** How long a destination rests that said "too fast" without saying until when. */
export const restMs = 10_000;

/** When the reason is the destination's and not the record's: when the record is due again. */
const postponed = {
  transient: null,
  throttled: (error, now) => new Date(now.getTime() + (error.details.retryAfterMs ?? restMs)),
  unauthorized: (_error, now) => now, // the destination is paused: due as soon as a person has resumed it
  misconfigured: (_error, now) => now,
  rejected: null,
  unknown: null,
} as const satisfies Record<FailureKind, ((error: DeliveryError, now: Date) => Date) | null>;

/** A failed record is tried again as long as that makes sense, and then, or at once, needs a person. */
export function failedEntry(
  { mark, version }: Settling,
  error: DeliveryError,
  now: Date,
  random: number,
  sent: Readonly<Record<string, FieldValue>> | null,
): Entry {
  const dueAgain = postponed[error.kind]?.(error, now);
  if (dueAgain !== undefined) return postponedEntry({ mark, version }, error, dueAgain);
  const code = error.details.code ?? null;
  const field = error.details.field ?? null;
  const attempts = mark.attempts + 1;
  const firstFailedAt = mark.firstFailedAt ?? now;
  const sinceFirstMs = now.getTime() - firstFailedAt.getTime();
  const delayMs = consequences[error.kind].retry
    ? nextDelayMs({ made: attempts, sinceFirstMs }, error.details.retryAfterMs ?? 0, random)
    : null;
  const base = { profileId: mark.profileId, version, dueAt: mark.dueAt, settled: false, reason: error.message };
  if (delayMs !== null)
    return {
      ...plain,
      code,
      field,
      message: error.message,
      sent,
      mark: { ...base, outcome: 'retrying', retryAt: new Date(now.getTime() + delayMs), attempts, firstFailedAt },
    };
  return {
    ...plain,
    code,
    field,
    message: error.message,
    sent,
    mark: { ...base, outcome: 'rejected', retryAt: null, attempts: 0, firstFailedAt: null },
    letter: { cause: code ?? error.kind.toUpperCase(), message: error.message, answer: { code, field } },
  };
}

/** Failed for a reason that is not the record's: it is due again, and no attempt is counted against it. */
function postponedEntry({ mark, version }: Settling, error: DeliveryError, at: Date): Entry {
  return {
    ...plain,
    code: error.details.code ?? null,
    message: error.message,
    mark: {
      profileId: mark.profileId,
      version,
      dueAt: mark.dueAt,
      settled: false,
      outcome: 'retrying',
      reason: error.message,
      retryAt: at,
      attempts: mark.attempts,
      firstFailedAt: mark.firstFailedAt,
    },
  };
}

const rested = (mark: ClaimedMark, version: number, outcome: Outcome, reason: string | null) => ({
  profileId: mark.profileId,
  version,
  dueAt: mark.dueAt,
  settled: true,
  outcome,
  reason,
  retryAt: null,
  attempts: 0,
  firstFailedAt: null,
});
