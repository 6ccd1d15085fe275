import type { DestinationLimits } from '../destinations/destination.js';

/**
 * A limit as permits: `count` of them, each of which rests for `restMs` after it was used. So many starts in any stretch of `restMs`
 * and no more is exactly what that allows. Permits that rest for no time are places for requests under way.
 */
export interface PermitKind {
  readonly name: string;
  readonly count: number;
  readonly restMs: number;
  /** Whose calls need one; null: every call. */
  readonly lane: string | null;
}

export function permitKinds({ parallelCalls, rates }: DestinationLimits): PermitKind[] {
  const windows = rates.map(({ calls, perMs, lane }) => ({
    name: `${lane} in ${perMs} ms`,
    count: calls,
    restMs: perMs,
    lane,
  }));
  return [{ name: 'under way', count: parallelCalls, restMs: 0, lane: null }, ...windows];
}

/**
 * A call counts at the provider when it arrives there, not when it was sent. As long as it has no answer it may still be on its way, but
 * no longer than this share of the window, or this long where the window is short.
 */
const transitShare = 0.05;
const leastTransitMs = 250;

/** The longest a permit of this kind rests after a call was sent. */
export const longestRestMs = ({ restMs }: PermitKind): number =>
  restMs === 0 ? 0 : restMs + Math.max(restMs * transitShare, leastTransitMs);
