import { consequences, type DeliveryError } from '../destinations/delivery-error.js';
import type { EraseResult } from '../destinations/record.js';
import { nextDelayMs } from './backoff.js';
import type { DueErasure } from './erasures.repository.js';
import { restMs } from './outcome.js';

/** What came of an erasure, ready to be written. */
export interface ErasureOutcome {
  readonly id: string;
  readonly status: 'erased' | 'planned' | 'failed';
  readonly reason: string | null;
  readonly dueAt: Date | null;
  readonly attempts: number;
  readonly firstFailedAt: Date | null;
}

/** Erasing is keyed and repeatable: whatever may pass is tried again, and given up only after the whole retry window. */
export function erasureOutcome(
  { id, attempts, firstFailedAt }: DueErasure,
  result: EraseResult | undefined,
  now: Date,
  random: number,
): ErasureOutcome {
  if (result?.status === 'erased')
    return {
      id,
      status: 'erased',
      reason: result.already ? 'nothing was there any more' : null,
      dueAt: null,
      attempts,
      firstFailedAt,
    };
  const failure = result?.error;
  const made = attempts + 1;
  const first = firstFailedAt ?? now;
  const reason = failure?.message ?? 'the provider said nothing about this person';
  const delayMs = delayOf(failure, { made, sinceFirstMs: now.getTime() - first.getTime() }, random);
  if (delayMs === null) return { id, status: 'failed', reason, dueAt: null, attempts: made, firstFailedAt: first };
  return {
    id,
    status: 'planned',
    reason,
    dueAt: new Date(now.getTime() + delayMs),
    attempts: made,
    firstFailedAt: first,
  };
}

function delayOf(
  failure: DeliveryError | undefined,
  attempts: { readonly made: number; readonly sinceFirstMs: number },
  random: number,
): number | null {
  if (failure === undefined) return nextDelayMs(attempts, 0, random);
  const { retry, pauseDestination } = consequences[failure.kind];
  if (!retry) return null;
  if (pauseDestination) return 0;
  if (failure.kind === 'throttled') return failure.details.retryAfterMs ?? restMs;
  return nextDelayMs(attempts, failure.details.retryAfterMs ?? 0, random);
}
