import type { CanonicalWindow, SequenceQuery } from './event-query.js';
import type { AmountMeasure } from './leaf.js';
import type { NumberRange } from './number-range.js';
import type { EventAggregate } from './subject.js';
import type { Outlook } from './time-test.js';

/** How far a window reaches back; null: it does not roll, so that time alone takes no event out of it. */
export const rolling = (window: CanonicalWindow): number | null =>
  window !== null && 'lastMs' in window ? window.lastMs : null;

const never = (holds: boolean): Outlook => (holds ? Infinity : -Infinity);
const until = (holds: boolean, atMs: number): Outlook => (holds ? atMs : -atMs);

/**
 * The outlook of a measure in a rolling window: its events leave it one by one, the first one first. Of a count it is known how many
 * have to leave before the answer changes; if all of them, that is when the last one does.
 */
export class AmountOutlook {
  constructor(
    private readonly measure: AmountMeasure,
    private readonly range: NumberRange,
    private readonly lastMs: number,
  ) {}

  of(aggregate: EventAggregate, holds: boolean): Outlook {
    const { count, firstAtMs, lastAtMs } = aggregate;
    if (firstAtMs === null || lastAtMs === null) return never(holds);
    if (this.measure !== 'count') return until(holds, firstAtMs + this.lastMs);
    const left = this.#countAfterChange(count);
    if (left === null) return never(holds);
    return until(holds, (left === 0 ? lastAtMs : firstAtMs) + this.lastMs);
  }

  /** The first count below the present one that has another answer; null: none has. */
  #countAfterChange(count: number): number | null {
    const { low, high, lowIncluded, highIncluded } = this.range;
    const least = low === null ? 0 : lowIncluded ? Math.ceil(low) : Math.floor(low) + 1;
    const most = high === null ? Infinity : highIncluded ? Math.floor(high) : Math.ceil(high) - 1;
    const next = count > most ? Math.max(most, -1) : count >= least ? least - 1 : -1;
    return next < 0 || (count > most && next < least) ? null : next;
  }
}

/** The outlook of "followed in time": the beginnings that were followed leave the window, the last one last. */
export class FollowedOutlook {
  constructor(private readonly lastMs: number) {}

  of({ lastAtMs }: EventAggregate): Outlook {
    return lastAtMs === null ? -Infinity : lastAtMs + this.lastMs;
  }
}

/** "Not followed": undecided until the time has passed, then true for as long as the beginning is in the window. */
export class UnfollowedTest {
  readonly #lastMs: number;
  readonly #afterMs: number;

  constructor(query: SequenceQuery) {
    this.#lastMs = rolling(query.window) ?? Infinity;
    this.#afterMs = query.afterMs;
  }

  holds({ count, lastAtMs }: EventAggregate, nowMs: number): boolean {
    return count > 0 && lastAtMs !== null && nowMs >= lastAtMs + this.#afterMs;
  }

  outlook({ count, lastAtMs }: EventAggregate, nowMs: number): Outlook {
    if (count === 0 || lastAtMs === null || this.#afterMs >= this.#lastMs) return -Infinity;
    return nowMs >= lastAtMs + this.#afterMs ? lastAtMs + this.#lastMs : -(lastAtMs + this.#afterMs);
  }
}
