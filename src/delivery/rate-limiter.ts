import { setTimeout as delay } from 'node:timers/promises';
import type { DestinationLimits } from '../destinations/destination.js';

/** When the next call of a lane may start, given when the last ones did: exact sliding windows, so no limit is met by chance. */
export class SlidingWindow {
  readonly #starts: number[] = [];

  constructor(
    private readonly calls: number,
    private readonly perMs: number,
  ) {}

  /** Takes a place and says when it begins, in ms since 1970; places are given out in order. */
  reserve(nowMs: number): number {
    const before = this.#starts.at(-this.calls);
    const startMs = Math.max(nowMs, before === undefined ? nowMs : before + this.perMs);
    this.#starts.push(startMs);
    if (this.#starts.length > this.calls * 2) this.#starts.splice(0, this.#starts.length - this.calls);
    return startMs;
  }
}

/** Keeps one destination's declared limits: requests per time for each lane, and requests under way at once. */
export class RateLimiter {
  readonly #windows: { readonly lane: string; readonly window: SlidingWindow }[];
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly limits: DestinationLimits,
    private readonly nowMs: () => number,
  ) {
    this.#windows = limits.rates.map(({ lane, calls, perMs }) => ({ lane, window: new SlidingWindow(calls, perMs) }));
  }

  async run<T>(lane: string, call: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      const now = this.nowMs();
      const starts = this.#windows.filter((limited) => limited.lane === lane).map(({ window }) => window.reserve(now));
      const waitMs = Math.max(0, ...starts.map((start) => start - now));
      if (waitMs > 0) await delay(Math.ceil(waitMs)); // timers drop fractions, and a call must not start early
      return await call();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.limits.parallelCalls) {
      this.#running += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}
