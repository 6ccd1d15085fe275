import { describe, expect, it } from 'vitest';
import { DailyBudget } from './daily-budget.js';

describe('the daily budget', () => {
  const start = new Date('2026-06-01T10:00:00Z');
  const minutesLater = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
  const budgetAt = (clock: { now: Date }, keptPercent = 10) => new DailyBudget(keptPercent, () => clock.now);

  it('lets every call pass before the org has said anything', () => {
    expect(() => budgetAt({ now: start }).check()).not.toThrow();
  });

  it.each([
    [8_999, true],
    [9_000, false],
  ])('with 10 %% kept, %i of 10,000 used calls let the next one pass: %s', (used, passes) => {
    const budget = budgetAt({ now: start });
    budget.observe({ used, limit: 10_000 });
    const check = expect(() => budget.check());
    if (passes) check.not.toThrow();
    else check.toThrow('9000 of its 10000 API calls');
  });

  it('asks again a quarter of an hour after the org last said so, not after a later answer that said nothing', () => {
    const clock = { now: start };
    const budget = budgetAt(clock);
    const usage = { used: 9_500, limit: 10_000 };
    budget.observe(usage);
    clock.now = minutesLater(10);
    budget.observe(usage);
    clock.now = minutesLater(14);
    expect(() => budget.check()).toThrow();
    clock.now = minutesLater(15);
    expect(() => budget.check()).not.toThrow();
  });

  it('keeps nothing for others when told so', () => {
    const budget = budgetAt({ now: start }, 0);
    budget.observe({ used: 9_999, limit: 10_000 });
    expect(() => budget.check()).not.toThrow();
  });
});
