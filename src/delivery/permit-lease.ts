import type { PermitVisit, VisitResult } from './permit-book.js';
import type { RateLimiter } from './rate-limiter.js';

/** Without a sign of life for so long a process loses its permits. */
export const leaseMs = 10_000;
/** It stops using them earlier, so that nobody who goes by another clock takes them too soon. */
const trustedMs = leaseMs - 1_500;
const lookInEveryMs = 500;
const askAgainAfterMs = 100;
const afterFailureMs = 1_000;
/** Of each kind so many are borrowed at once, and kept for calls to come, as a part of all. */
const portion = 1 / 8;

/** What a visit needs to know of this process; the rest of `PermitVisit` is the same each time. */
export type Look = Pick<PermitVisit, 'held' | 'returns' | 'lacks' | 'asks' | 'urgent'>;

/** Makes the visit; times are in ms on this process's clock. @throws when the shared account cannot be reached */
export type Visit = (look: Look) => Promise<Omit<VisitResult, 'book'>>;

/**
 * Borrows permits for one process's limiter from the account that all processes share: some when calls lack them, as many as they lack;
 * gives back what it does not use. While it is the only one, that is one short query each half second under load, and none at rest.
 */
export class PermitLease {
  #visiting: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #surplus: Readonly<Record<string, number>> = {};
  #lacked = false;
  #failed = false;
  #closed = false;

  constructor(
    private readonly limiter: RateLimiter,
    private readonly nowMs: () => number,
    private readonly visit: Visit,
    private readonly warn: (error: unknown) => void,
  ) {
    limiter.onNeed = () => this.#need();
  }

  /** Waits for the calls under way and gives everything back. */
  async close(): Promise<void> {
    await this.limiter.idle();
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#visiting;
    if (this.limiter.purses.some(({ held }) => held > 0)) await this.#look(true);
  }

  /** At once, unless it has just been said that there are none: then when the next look is due. */
  #need(): void {
    if (this.#visiting !== null || this.#lacked || this.#closed) return;
    if (this.limiter.purses.every((purse) => this.limiter.lacks(purse) === 0)) {
      // They have permits, but these are not trusted any more.
      if (this.#timer !== undefined) return;
    }
    clearTimeout(this.#timer);
    this.#start();
  }

  #start(): void {
    this.#timer = undefined;
    this.#visiting = this.#look(false).finally(() => {
      this.#visiting = null;
      this.#planNext();
      this.limiter.pump();
    });
  }

  #planNext(): void {
    if (this.#closed) return;
    this.#lacked = this.limiter.purses.some((purse) => this.limiter.lacks(purse) > 0);
    if (!this.#lacked && this.limiter.purses.every(({ held }) => held === 0)) return;
    const afterMs = this.#failed ? afterFailureMs : this.#lacked ? askAgainAfterMs : lookInEveryMs;
    this.#timer = setTimeout(() => this.#start(), afterMs);
  }

  async #look(giveAllBack: boolean): Promise<void> {
    const { limiter } = this;
    const sentAtMs = this.nowMs();
    const atRest = giveAllBack || (limiter.startsSinceLastAsked() === 0 && limiter.isIdle);
    const returns: Record<string, number[]> = {};
    const held: Record<string, number> = {};
    const lacks: Record<string, number> = {};
    const asks: Record<string, number> = {};
    for (const purse of limiter.purses) {
      const { name, count } = purse.kind;
      const spare = Math.ceil(count * portion);
      const unused = purse.idleSinceLastAsked(sentAtMs) - spare;
      const back = purse.giveBack(atRest ? purse.held : Math.max(unused, this.#surplus[name] ?? 0));
      if (back.length > 0) returns[name] = back;
      held[name] = purse.held;
      const lacking = giveAllBack ? 0 : limiter.lacks(purse);
      if (lacking === 0) continue;
      lacks[name] = lacking;
      asks[name] = Math.min(Math.max(lacking, spare), count - purse.held);
    }
    try {
      const result = await this.visit({ held, returns, lacks, asks, urgent: limiter.isUrgent });
      if (result.lost) for (const purse of limiter.purses) purse.drop();
      for (const purse of limiter.purses) purse.lend(result.lent[purse.kind.name] ?? []);
      this.#surplus = result.surplus;
      limiter.extend(sentAtMs + trustedMs);
      this.#failed = false;
    } catch (error) {
      // Whether it took note is not known. To hold nothing is always right: the next visit sets the account straight.
      for (const purse of limiter.purses) purse.drop();
      this.#failed = true;
      this.warn(error);
    }
  }
}
