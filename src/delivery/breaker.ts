/** What the circuit breaker of one destination remembers; kept in `destination_states`, so a restart does not forget it. */
export interface BreakerState {
  /** The last requests that ended, oldest first: true for success. */
  readonly recent: readonly boolean[];
  /** Set while open: until when nothing is sent, as ISO 8601 in UTC. */
  readonly openUntil: string | null;
  /** Pauses in a row without a success between them. */
  readonly openings: number;
}

export interface BreakerPolicy {
  readonly window: number;
  readonly least: number;
  readonly failureShare: number;
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

export const breakerPolicy: BreakerPolicy = {
  window: 20,
  least: 5,
  failureShare: 0.5,
  pauseMs: 30_000,
  longestPauseMs: 10 * 60_000,
};

export const closedBreaker: BreakerState = { recent: [], openUntil: null, openings: 0 };

/** `open`: send nothing. `half-open`: the pause is over, send one request and see. */
export function breakerMode(state: BreakerState, now: Date): 'closed' | 'open' | 'half-open' {
  if (state.openUntil === null) return 'closed';
  return now < new Date(state.openUntil) ? 'open' : 'half-open';
}

/** The breaker after one more request has ended. A failure while half-open opens it again, for twice as long. */
export function afterCall(state: BreakerState, succeeded: boolean, now: Date, policy = breakerPolicy): BreakerState {
  const mode = breakerMode(state, now);
  if (mode !== 'closed' && succeeded) return closedBreaker;
  if (mode === 'open') return state;
  const recent = [...state.recent, succeeded].slice(-policy.window);
  const failures = recent.filter((success) => !success).length;
  const tooMany = recent.length >= policy.least && failures / recent.length >= policy.failureShare;
  if (mode === 'half-open' || (!succeeded && tooMany)) {
    const pauseMs = Math.min(policy.pauseMs * 2 ** Math.min(state.openings, 20), policy.longestPauseMs);
    return { recent: [], openUntil: new Date(now.getTime() + pauseMs).toISOString(), openings: state.openings + 1 };
  }
  return { ...state, recent };
}
