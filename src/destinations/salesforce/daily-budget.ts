import { DeliveryError } from '../delivery-error.js';

export interface ApiUsage {
  readonly used: number;
  readonly limit: number;
}

/** After this long what Salesforce last said is old news, and one call may find out. */
const askAgainAfterMs = 15 * 60_000;

/**
 * The org's calls of the last 24 hours, as its answers tell (`Sforce-Limit-Info`), and the share of them that is ours.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
 */
export class DailyBudget {
  #last: { readonly usage: ApiUsage; readonly at: Date } | null = null;

  constructor(
    private readonly keptPercent: number,
    private readonly now: () => Date,
  ) {}

  get usage(): ApiUsage | null {
    return this.#last?.usage ?? null;
  }

  /**
   * @param usage what the last answer that said so said: the same object again is no news
   * @returns whether it was news
   */
  observe(usage: ApiUsage): boolean {
    if (this.#last?.usage === usage) return false;
    this.#last = { usage, at: this.now() };
    return true;
  }

  /** @throws DeliveryError `throttled` when only the calls kept for others are left */
  check(): void {
    if (this.#last === null) return;
    const { usage, at } = this.#last;
    const waitedMs = this.now().getTime() - at.getTime();
    if (waitedMs >= askAgainAfterMs || usage.used < usage.limit * (1 - this.keptPercent / 100)) return;
    throw new DeliveryError(
      'throttled',
      `The org has used ${usage.used} of its ${usage.limit} API calls of the last 24 hours; the last ${this.keptPercent} % are kept for others`,
      { code: 'DAILY_CALLS_KEPT', retryAfterMs: askAgainAfterMs - waitedMs },
    );
  }
}
