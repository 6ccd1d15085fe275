import type { ActionLookUp, ActionResult } from '../destinations/action.js';
import { consequences, type DeliveryError } from '../destinations/delivery-error.js';
import type { Json } from '../destinations/json.js';
import type { ActionRunStatus, ClaimedRun } from './action-run.js';
import { nextDelayMs } from './backoff.js';
import { restMs } from './outcome.js';

/** What came of a run, ready to be written. */
export interface RunOutcome {
  readonly id: string;
  readonly origin: string;
  readonly profileId: string | null;
  readonly status: ActionRunStatus;
  readonly code: string | null;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly detail: Json;
  /** Due again then; null: that was the end. */
  readonly dueAt: Date | null;
  /** The outcome of the call is still open. */
  readonly keepsSentAt: boolean;
  readonly attempts: number;
  readonly firstFailedAt: Date | null;
  /** It needs a person. */
  readonly needsPerson: boolean;
}

/** What is known of a run, whoever works on it. */
export type RunSoFar = Pick<ClaimedRun, 'id' | 'origin' | 'profileId' | 'attempts' | 'firstFailedAt'>;

const plain = (run: RunSoFar) => ({
  id: run.id,
  origin: run.origin,
  profileId: run.profileId,
  code: null,
  reason: null,
  reference: null,
  detail: null,
  dueAt: null,
  keepsSentAt: false,
  attempts: run.attempts,
  firstFailedAt: run.firstFailedAt,
  needsPerson: false,
});

export const endedOutcome = (
  run: RunSoFar,
  { status, code, reason }: { readonly status: ActionRunStatus; readonly code: string; readonly reason: string },
): RunOutcome => ({ ...plain(run), status, code, reason, needsPerson: status === 'failed' || status === 'unknown' });

/** Its planner wants it done later; that is no failed attempt. */
export const postponedOutcome = (
  run: ClaimedRun,
  { at, code, reason }: { readonly at: Date; readonly code: string; readonly reason: string },
): RunOutcome => ({ ...plain(run), status: 'planned', code, reason, dueAt: at });

/** The provider has answered. */
export function performedOutcome(run: ClaimedRun, result: ActionResult, now: Date, random: number): RunOutcome {
  if (result.status === 'failed') return failedOutcome(run, result.error, now, random);
  if (result.status === 'withheld') return endedOutcome(run, { ...result, reason: result.message });
  const { reference, detail, already } = result;
  return { ...plain(run), status: 'done', code: already ? 'ALREADY' : null, reference, detail };
}

/** The provider was asked whether it has happened. `not_done`: it is performed at once. */
export function lookedUpOutcome(run: ClaimedRun, found: ActionLookUp, now: Date, random: number): RunOutcome {
  if (found.status === 'done') return performedOutcome(run, found, now, random);
  if (found.status === 'not_done') return { ...plain(run), status: 'planned', dueAt: now };
  return again(run, { code: 'UNDECIDED', reason: found.message, retryAfterMs: 0, keepsSentAt: true }, now, random);
}

/** A call that may have arrived stays `sending`: what to do next is decided by the action's nature. */
export function failedOutcome(run: ClaimedRun, error: DeliveryError, now: Date, random: number): RunOutcome {
  const { code = error.kind.toUpperCase(), retryAfterMs = 0 } = error.details;
  const reason = error.message;
  if (!consequences[error.kind].retry) return endedOutcome(run, { status: 'failed', code, reason });
  if (error.kind === 'throttled' || consequences[error.kind].pauseDestination) {
    const waitMs = error.kind === 'throttled' ? (error.details.retryAfterMs ?? restMs) : 0;
    return { ...plain(run), status: 'planned', code, reason, dueAt: new Date(now.getTime() + waitMs) };
  }
  return again(run, { code, reason, retryAfterMs, keepsSentAt: error.kind === 'unknown' }, now, random);
}

function again(
  run: ClaimedRun,
  why: { readonly code: string; readonly reason: string; readonly retryAfterMs: number; readonly keepsSentAt: boolean },
  now: Date,
  random: number,
): RunOutcome {
  const attempts = run.attempts + 1;
  const firstFailedAt = run.firstFailedAt ?? now;
  const sinceFirstMs = now.getTime() - firstFailedAt.getTime();
  const delayMs = nextDelayMs({ made: attempts, sinceFirstMs }, why.retryAfterMs, random);
  const { code, reason, keepsSentAt } = why;
  if (delayMs === null) return endedOutcome(run, { status: keepsSentAt ? 'unknown' : 'failed', code, reason });
  return {
    ...plain(run),
    status: keepsSentAt ? 'sending' : 'planned',
    code,
    reason,
    keepsSentAt,
    attempts,
    firstFailedAt,
    dueAt: new Date(now.getTime() + delayMs),
  };
}
