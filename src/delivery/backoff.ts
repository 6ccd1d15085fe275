/** When a record is tried again, and when it is given up: only after so many attempts and so long a time, both. */
export interface RetryPolicy {
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  readonly attempts: number;
  readonly windowMs: number;
}

export const retryPolicy: RetryPolicy = {
  firstDelayMs: 2_000,
  longestDelayMs: 15 * 60 * 1_000,
  attempts: 12,
  windowMs: 24 * 60 * 60 * 1_000,
};

export interface Attempts {
  /** Failures so far, this one included. */
  readonly made: number;
  /** Since the first of them. */
  readonly sinceFirstMs: number;
}

/**
 * Delay before the next attempt in ms: doubling, with jitter between half of it and all of it, so that records which failed together
 * do not come back together. null: not again.
 *
 * @param retryAfterMs what the provider asked for; never less than that
 * @param random from 0 to 1
 */
export function nextDelayMs(
  attempts: Attempts,
  retryAfterMs: number,
  random: number,
  policy = retryPolicy,
): number | null {
  if (attempts.made >= policy.attempts && attempts.sinceFirstMs >= policy.windowMs) return null;
  const doubled = Math.min(policy.firstDelayMs * 2 ** Math.min(attempts.made - 1, 30), policy.longestDelayMs);
  return Math.max(Math.round(doubled * (0.5 + random / 2)), retryAfterMs);
}
