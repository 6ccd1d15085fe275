import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterCall, breakerMode, breakerPolicy, type BreakerState, closedBreaker } from './breaker.js';

const { least, window, pauseMs, longestPauseMs } = breakerPolicy;
const at = (ms: number) => new Date(ms);

/** The breaker after calls that ended so, all at one moment. */
const after = (ended: readonly boolean[], from: BreakerState = closedBreaker, ms = 0): BreakerState =>
  ended.reduce((state, succeeded) => afterCall(state, succeeded, at(ms)), from);

const failures = (count: number) => Array.from({ length: count }, () => false);
const open = after(failures(least));

describe('the circuit breaker', () => {
  it('stays closed while fewer than five calls have ended, even if all failed', () => {
    expect(breakerMode(after(failures(least - 1)), at(0))).toBe('closed');
    expect(breakerMode(open, at(0))).toBe('open');
  });

  it('opens when half of the last calls failed, and only with a failure', () => {
    const almost = after([true, true, true, true, false, false, false]);
    expect(breakerMode(almost, at(0))).toBe('closed');
    expect(breakerMode(afterCall(almost, true, at(0)), at(0))).toBe('closed');
    expect(breakerMode(afterCall(almost, false, at(0)), at(0))).toBe('open');
  });

  it('forgets calls beyond its window', () => {
    const state = after([...failures(4), ...Array.from({ length: window }, () => true)]);
    expect(state.recent).toHaveLength(window);
    expect(state.recent).not.toContain(false);
  });

  it('is half-open when the pause is over: a success closes it, a failure opens it for twice as long', () => {
    expect(breakerMode(open, at(pauseMs - 1))).toBe('open');
    expect(breakerMode(open, at(pauseMs))).toBe('half-open');
    expect(afterCall(open, true, at(pauseMs))).toEqual(closedBreaker);
    const again = afterCall(open, false, at(pauseMs));
    expect(again).toMatchObject({ openUntil: at(pauseMs + 2 * pauseMs).toISOString(), openings: 2 });
  });

  it('is closed by the success of a call that was under way when it opened, and not changed by a failure of one', () => {
    expect(afterCall(open, true, at(1))).toEqual(closedBreaker);
    expect(afterCall(open, false, at(1))).toEqual(open);
  });

  it('never pauses longer than ten minutes, however often it opened', () => {
    let state = open;
    for (let opening = 0; opening < 40; opening += 1) {
      const now = new Date(state.openUntil ?? 0);
      state = afterCall(state, false, now);
      expect(Date.parse(state.openUntil ?? '') - now.getTime()).toBeLessThanOrEqual(longestPauseMs);
    }
    expect(state.openings).toBe(41);
  });

  const history = fc.array(fc.record({ succeeded: fc.boolean(), afterMs: fc.integer({ min: 0, max: 60_000 }) }), {
    maxLength: 60,
  });

  it('is never open with less than five failures since it was last closed, and a success always leaves it closed or untouched', () => {
    fc.assert(
      fc.property(history, (calls) => {
        let state = closedBreaker;
        let nowMs = 0;
        let failed = 0;
        for (const { succeeded, afterMs } of calls) {
          nowMs += afterMs;
          const before = breakerMode(state, at(nowMs));
          state = afterCall(state, succeeded, at(nowMs));
          const mode = breakerMode(state, at(nowMs));
          failed += succeeded ? 0 : 1;
          if (succeeded) expect(mode).toBe('closed');
          if (before === 'half-open' && !succeeded) expect(mode).toBe('open');
          if (mode === 'open') expect(failed).toBeGreaterThanOrEqual(Math.ceil(least / 2));
          expect(state.recent.length).toBeLessThanOrEqual(window);
        }
      }),
    );
  });

  it('comes back as it was from being stored as JSON', () => {
    expect(JSON.parse(JSON.stringify(open))).toEqual(open);
  });
});
