import type { SandboxClock } from '../emulator.js';
import type { Account } from './account.js';
import { Problem } from './problem.js';
import type { App } from './state.js';

/** @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
const tiers = {
  free: { perTenSeconds: 100, perDay: 250_000 },
  starter: { perTenSeconds: 100, perDay: 250_000 },
  professional: { perTenSeconds: 190, perDay: 625_000 },
  enterprise: { perTenSeconds: 190, perDay: 1_000_000 },
} as const satisfies Record<string, { readonly perTenSeconds: number; readonly perDay: number }>;
type Tier = keyof typeof tiers;

const windowMs = 10_000;
const isTier = (name: string): name is Tier => Object.hasOwn(tiers, name);

/** Counts the calls of each app; refuses only while switched on. Refused calls are not counted. */
export class RateLimits {
  #enabled = false;
  #tier: Tier = 'free';
  #recent = new Map<string, number[]>();
  #today = { day: '', calls: 0 };

  constructor(
    private readonly clock: SandboxClock,
    private readonly account: Account,
  ) {}

  /** @throws Error naming the tiers */
  set({ enabled, tier = 'free' }: { readonly enabled: boolean; readonly tier?: string | undefined }): void {
    if (!isTier(tier)) throw new Error(`HubSpot has no tier "${tier}": choose ${Object.keys(tiers).join(', ')}`);
    this.#enabled = enabled;
    this.#tier = tier;
    this.#recent.clear();
    this.#today = { day: '', calls: 0 };
  }

  /**
   * Counts one call and gives the headers that tell what is left.
   *
   * @throws Problem 429
   */
  count(app: App): Record<string, string> {
    const { perTenSeconds, perDay } = tiers[this.#tier];
    const recent = this.#recentCalls(app);
    const today = this.#todaysCalls();
    if (this.#enabled && today.calls >= perDay) throw daily();
    if (this.#enabled && recent.length >= perTenSeconds) throw this.#burst(app, recent[0] ?? 0);
    recent.push(this.clock.now().getTime());
    today.calls += 1;
    return {
      'x-hubspot-ratelimit-interval-milliseconds': String(windowMs),
      'x-hubspot-ratelimit-max': String(perTenSeconds),
      'x-hubspot-ratelimit-remaining': String(Math.max(0, perTenSeconds - recent.length)),
      'x-hubspot-ratelimit-daily': String(perDay),
      'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, perDay - today.calls)),
    };
  }

  #recentCalls({ token }: App): number[] {
    const since = this.clock.now().getTime() - windowMs;
    const recent = (this.#recent.get(token) ?? []).filter((at) => at > since);
    this.#recent.set(token, recent);
    return recent;
  }

  /** A day ends at midnight of the account's time zone. */
  #todaysCalls(): { day: string; calls: number } {
    const day = new Intl.DateTimeFormat('sv', { timeZone: this.account.timeZone }).format(this.clock.now());
    if (this.#today.day !== day) this.#today = { day, calls: 0 };
    return this.#today;
  }

  #burst({ appId }: App, oldest: number): Problem {
    const waitSeconds = Math.max(1, Math.ceil((oldest + windowMs - this.clock.now().getTime()) / 1_000));
    return new Problem(
      429,
      {
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'TEN_SECONDLY_ROLLING',
        groupName: `publicapi:private-app-api-calls-ten-secondly:${String(appId)}:${String(this.account.portalId)}`,
      },
      this.account.behaviour.retryAfterOn429 ? { 'retry-after': String(waitSeconds) } : {},
    );
  }
}

const daily = (): Problem =>
  new Problem(429, { message: 'You have reached your daily limit.', errorType: 'RATE_LIMIT', policyName: 'DAILY' });
