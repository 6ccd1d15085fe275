import type { SandboxClock } from '../emulator.js';
import type { OrgState } from './org-state.js';

/**
 * Daily calls by edition (Enterprise and Unlimited with one licence), and how many calls of 20 seconds and more may be open.
 * @see https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
 */
const editions: Readonly<Record<string, { readonly daily: number; readonly longCalls: number }>> = {
  developer: { daily: 15_000, longCalls: 5 },
  enterprise: { daily: 101_000, longCalls: 25 },
  unlimited: { daily: 105_000, longCalls: 25 },
  sandbox: { daily: 5_000_000, longCalls: 25 },
};
const hourMs = 3_600_000;

/** Calls of the last 24 hours, which Salesforce reports with every answer and stops at the org's limit. */
export class ApiUsage {
  #callsByHour = new Map<number, number>();
  #enforced = false;
  #tier = 'developer';

  constructor(private readonly clock: SandboxClock) {}

  setLimits({ enabled, tier }: { readonly enabled: boolean; readonly tier?: string | undefined }): void {
    if (tier !== undefined && editions[tier] === undefined)
      throw new Error(`Salesforce's editions here are ${Object.keys(editions).join(', ')}; "${tier}" is none of them`);
    this.#enforced = enabled;
    this.#tier = tier ?? this.#tier;
  }

  /** Counts one more call. @returns why the org refuses it, in its own words; null: it does not */
  count(longCalls: number): string | null {
    if (this.#enforced && this.used >= this.limit) return 'TotalRequests Limit exceeded.';
    if (this.#enforced && longCalls >= (editions[this.#tier]?.longCalls ?? 0))
      return 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.';
    const hour = Math.floor(this.clock.now().getTime() / hourMs) * hourMs;
    this.#callsByHour.set(hour, (this.#callsByHour.get(hour) ?? 0) + 1);
    return null;
  }

  get limit(): number {
    return editions[this.#tier]?.daily ?? 0;
  }

  get used(): number {
    const since = this.clock.now().getTime() - 24 * hourMs;
    for (const hour of this.#callsByHour.keys()) if (hour < since) this.#callsByHour.delete(hour);
    return this.#callsByHour.values().reduce((sum, calls) => sum + calls, 0);
  }

  /** Value of the `Sforce-Limit-Info` header. */
  get header(): string {
    return `api-usage=${this.used}/${this.limit}`;
  }

  import(apiCalls: OrgState['apiCalls']): void {
    this.#callsByHour = new Map(apiCalls.map(({ hour, calls }) => [Date.parse(hour), calls]));
  }

  export(): OrgState['apiCalls'] {
    return [...this.#callsByHour].map(([hour, calls]) => ({ hour: new Date(hour).toISOString(), calls }));
  }
}
