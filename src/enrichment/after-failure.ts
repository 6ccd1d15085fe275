import { type DeliveryError, type FailureKind } from '../destinations/delivery-error.js';
import { nextDelayMs, retryPolicy } from '../delivery/backoff.js';

/** How a pull that failed goes on. */
export interface AfterFailure {
  readonly inMs: number;
  readonly attempts: number;
  /** From the last finished pull's end, because the provider does not know any more where this one was. */
  readonly startOver: boolean;
}

const restMs = 10_000;
/** A person has to do something first; looking whether they have costs one call. */
const needsPersonMs = 5 * 60_000;

type Rule = (error: DeliveryError, attempts: number, random: number) => AfterFailure;

const backOff: Rule = (error, attempts, random) => ({
  // The history is still there whenever the provider is: it is never given up.
  inMs:
    nextDelayMs({ made: attempts, sinceFirstMs: 0 }, error.details.retryAfterMs ?? 0, random) ??
    retryPolicy.longestDelayMs,
  attempts,
  startOver: false,
});

const rules = {
  transient: backOff,
  unknown: backOff,
  throttled: (error, attempts) => ({
    inMs: error.details.retryAfterMs ?? restMs,
    attempts: attempts - 1,
    startOver: false,
  }),
  unauthorized: (_error, attempts) => ({ inMs: needsPersonMs, attempts, startOver: false }),
  misconfigured: (_error, attempts) => ({ inMs: needsPersonMs, attempts, startOver: false }),
  rejected: (error, attempts, random) => ({ ...backOff(error, attempts, random), startOver: true }),
} as const satisfies Record<FailureKind, Rule>;

/** @param attempts failures in a row, this one included */
export const afterFailure = (error: DeliveryError, attempts: number, random: number): AfterFailure =>
  rules[error.kind](error, attempts, random);
