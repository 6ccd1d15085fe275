import { setTimeout as delay } from 'node:timers/promises';
import type { DestinationLimits } from '../destinations/destination.js';

/** So many starts in any stretch of `perMs`: an exact sliding window, so no limit is met by chance. */
export class SlidingWindow {
  readonly #starts: number[] = [];

  constructor(
    private readonly calls: number,
    private readonly perMs: number,
  ) {}

  /** When the next one may start, in ms on the caller's clock. */
  earliest(nowMs: number): number {
    const before = this.#starts.at(-this.calls);
    return before === undefined ? nowMs : Math.max(nowMs, before + this.perMs);
  }

  /** Notes that one starts now. */
  start(nowMs: number): void {
    this.#starts.push(nowMs);
    if (this.#starts.length > this.calls * 2) this.#starts.splice(0, this.#starts.length - this.calls);
  }
}

interface Lane {
  readonly windows: readonly SlidingWindow[];
  /** Ends when the last call that asked may start: one after the other, in the order they came. */
  turn: Promise<void>;
}

/** Keeps one destination's declared limits: requests per time for each lane, and requests under way at once. */
export class RateLimiter {
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly limits: DestinationLimits,
    private readonly nowMs: () => number,
  ) {
    const lanes = Map.groupBy(limits.rates, ({ lane }) => lane);
    this.#lanes = new Map(
      [...lanes].map(([lane, rates]) => [
        lane,
        { windows: rates.map(({ calls, perMs }) => new SlidingWindow(calls, perMs)), turn: Promise.resolve() },
      ]),
    );
  }

  async run<T>(lane: string, call: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      const limited = this.#lanes.get(lane);
      if (limited !== undefined) await (limited.turn = limited.turn.then(() => this.#inTime(limited)));
      return await call();
    } finally {
      this.#leave();
    }
  }

  /** Measured when the call really starts: a timer that was late must not let the next ones come closer. */
  async #inTime({ windows }: Lane): Promise<void> {
    for (;;) {
      const nowMs = this.nowMs();
      const waitMs = Math.max(...windows.map((window) => window.earliest(nowMs))) - nowMs;
      if (waitMs > 0) {
        await delay(Math.ceil(waitMs)); // timers drop fractions
        continue;
      }
      for (const window of windows) window.start(nowMs);
      return;
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
