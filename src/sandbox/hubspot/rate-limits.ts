import { randomUUID } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import type { SandboxClock } from '../emulator.js';
import type { Account } from './account.js';
import type { Caller } from './caller.js';
import { Problem } from './problem.js';

/** @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
const tiers = {
  free: { perTenSeconds: 100, perDay: 250_000 },
  starter: { perTenSeconds: 100, perDay: 250_000 },
  professional: { perTenSeconds: 190, perDay: 625_000 },
  enterprise: { perTenSeconds: 190, perDay: 1_000_000 },
} as const satisfies Record<string, { readonly perTenSeconds: number; readonly perDay: number }>;
type Tier = keyof typeof tiers;

const windowMs = 10_000;
const searchWindowMs = 1_000;
const searchesPerSecond = 5;
/** For an app that people connect, in each account; the edition does not count, and no daily limit is stated. */
const oauthPerTenSeconds = 110;
const isTier = (name: string): name is Tier => Object.hasOwn(tiers, name);

/** Counts the calls of each app while switched on. Refused calls are not counted. */
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

  /** What the private apps have used of the account's day. */
  get usage(): { readonly used: number; readonly limit: number; readonly resetsAt: string } {
    return { used: this.#todaysCalls().calls, limit: tiers[this.#tier].perDay, resetsAt: this.#nextMidnight() };
  }

  /**
   * Counts one call and gives the headers that tell what is left; while switched off, nothing is used up.
   *
   * @throws Problem 429
   */
  count(caller: Caller, lane?: 'search'): Record<string, string> {
    const { perDay } = tiers[this.#tier];
    const perTenSeconds = caller.kind === 'oauth' ? oauthPerTenSeconds : tiers[this.#tier].perTenSeconds;
    const today = this.#todaysCalls();
    const daily = caller.kind !== 'oauth';
    const recent =
      lane === 'search' ? this.#recentCalls('search', searchWindowMs) : this.#recentCalls(caller.countedAs, windowMs);
    if (this.#enabled) {
      if (daily && today.calls >= perDay) throw dailyLimit();
      if (lane === 'search' && recent.length >= searchesPerSecond) throw this.#searchLimit();
      if (lane !== 'search' && recent.length >= perTenSeconds) throw this.#burst(caller, recent[0] ?? 0);
      recent.push(this.clock.now().getTime());
      if (daily) today.calls += 1;
    }
    return {
      ...(daily
        ? {
            'x-hubspot-ratelimit-daily': String(perDay),
            'x-hubspot-ratelimit-daily-remaining': String(perDay - today.calls),
          }
        : {}),
      ...(lane === 'search'
        ? {}
        : {
            'x-hubspot-ratelimit-interval-milliseconds': String(windowMs),
            'x-hubspot-ratelimit-max': String(perTenSeconds),
            'x-hubspot-ratelimit-remaining': String(perTenSeconds - recent.length),
          }),
    };
  }

  #recentCalls(countedAs: string, spanMs: number): number[] {
    const since = this.clock.now().getTime() - spanMs;
    const recent = (this.#recent.get(countedAs) ?? []).filter((at) => at > since);
    this.#recent.set(countedAs, recent);
    return recent;
  }

  /** A day ends at midnight of the account's time zone. */
  #todaysCalls(): { day: string; calls: number } {
    const day = new Intl.DateTimeFormat('sv', { timeZone: this.account.data.timeZone }).format(this.clock.now());
    if (this.#today.day !== day) this.#today = { day, calls: 0 };
    return this.#today;
  }

  #nextMidnight(): string {
    const zone = this.account.data.timeZone;
    const today = Temporal.Instant.from(this.account.now()).toZonedDateTimeISO(zone).startOfDay();
    return new Date(today.add({ days: 1 }).epochMilliseconds).toISOString();
  }

  #burst({ appId }: Caller, oldest: number): Problem {
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

  #searchLimit(): Problem {
    const message = 'You have reached your secondly limit.';
    return this.account.behaviour.oldSearchLimit
      ? new Problem(429, { message, errorType: 'RATE_LIMIT', policyName: 'SECONDLY', requestId: randomUUID() })
      : new Problem(429, { message, category: 'RATE_LIMITS' });
  }
}

const dailyLimit = (): Problem =>
  new Problem(429, {
    message: 'You have reached your daily limit.',
    errorType: 'RATE_LIMIT',
    policyName: 'DAILY',
    requestId: randomUUID(),
  });
