import { describe, expect, it } from 'vitest';
import { noAllowance, type Usage, waitForAllowanceMs } from './allowance.js';

const now = new Date('2026-11-22T10:00:00Z');
const inAnHour = new Date('2026-11-22T11:00:00Z');
const daily = { keptForOthers: 0.2, keptForSync: 0.3 };
const usage = (remaining: number, more: Partial<Usage> = {}): Usage => ({
  limit: 1_000,
  remaining,
  resetsAt: inAnHour,
  at: now,
  ...more,
});

describe('the daily allowance', () => {
  it.each([
    [500, 0, 0],
    [499, 0, 3_600_000],
    [200, 0, 3_600_000],
    [199, 3_600_000, 3_600_000],
    [0, 3_600_000, 3_600_000],
  ])('with %i of 1,000 left lets news wait %i ms and history %i ms', (remaining, news, history) => {
    expect(waitForAllowanceMs(daily, usage(remaining), 'sync', now)).toBe(news);
    expect(waitForAllowanceMs(daily, usage(remaining), 'enrichment', now)).toBe(history);
  });

  it('holds nobody up where nothing is kept, nothing is known, or the day is over', () => {
    expect(waitForAllowanceMs(undefined, usage(0), 'enrichment', now)).toBe(0);
    expect(waitForAllowanceMs(daily, null, 'enrichment', now)).toBe(0);
    expect(waitForAllowanceMs(daily, usage(0), 'enrichment', inAnHour)).toBe(0);
  });

  it('is asked for again after a quarter of an hour where the provider does not say when the day ends', () => {
    const endless = usage(0, { resetsAt: null });
    expect(waitForAllowanceMs(daily, endless, 'sync', now)).toBe(900_000);
    expect(waitForAllowanceMs(daily, endless, 'sync', new Date(now.getTime() + 900_000))).toBe(0);
  });

  it('is refused as a provider would refuse it: too fast, and until when', () => {
    expect(noAllowance(usage(10), 'enrichment', 5_000)).toMatchObject({
      kind: 'throttled',
      message: "10 of the account's 1000 daily calls are left, and these are kept for bringing news",
      details: { code: 'DAILY_ALLOWANCE', retryAfterMs: 5_000 },
    });
  });
});
