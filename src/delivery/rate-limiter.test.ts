import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationLimits } from '../destinations/destination.js';
import { longestRestMs, permitKinds } from './permit-kinds.js';
import { Purse } from './purse.js';
import { RateLimiter } from './rate-limiter.js';

const limits = (more: Partial<DestinationLimits> = {}): DestinationLimits => ({
  batchSize: 10,
  parallelCalls: 10,
  rates: [],
  timeoutMs: 1_000,
  ...more,
});
const window = (calls: number, perMs: number): Purse => {
  const [, kind] = permitKinds(limits({ rates: [{ lane: 'default', calls, perMs }] }));
  if (kind === undefined) throw new Error('expected a kind for the rate');
  const purse = new Purse(kind);
  purse.lend(Array.from({ length: calls }, () => 0));
  return purse;
};

/** Each of these starts as soon as the window allows, and has its answer `tookMs` later. */
function startsOf(purse: Purse, asked: readonly number[], tookMs: number): number[] {
  let lastMs = 0;
  const underWay: { readonly endsMs: number; end(): void }[] = [];
  return asked.map((nowMs) => {
    const wishMs = Math.max(nowMs, lastMs);
    for (;;) {
      const next = underWay[0];
      if (next === undefined || next.endsMs > Math.max(wishMs, purse.earliestMs())) break;
      underWay.shift()?.end();
    }
    lastMs = Math.max(wishMs, purse.earliestMs());
    const endsMs = lastMs + tookMs;
    const permit = purse.use(lastMs);
    underWay.push({ endsMs, end: () => purse.ended(permit, endsMs) });
    return lastMs;
  });
}

describe('the permits of a window', () => {
  it('let so many start at once and the next one when the first was answered long enough ago', () => {
    expect(startsOf(window(2, 1_000), [0, 10, 20, 30], 5)).toEqual([0, 10, 1_005, 1_015]);
  });

  it('rest no longer for a slow answer than a request could have been on its way', () => {
    expect(startsOf(window(1, 1_000), [0, 0, 0], 60_000)).toEqual([0, 1_250, 2_500]);
  });

  it('never let more arrive in any stretch of its length, however long each was on its way, and waste no more than that', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 100, max: 2_000 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 80 }),
        fc.integer({ min: 0, max: 5 }),
        (calls, perMs, gaps, tookPercent) => {
          let nowMs = 0;
          const asked = gaps.map((gap) => (nowMs += gap));
          const tookMs = (perMs * tookPercent) / 100;
          const starts = startsOf(window(calls, perMs), asked, tookMs);
          // The worst the way there can do: the first of a window arrives last, the others at once.
          for (const [n, start] of starts.entries()) {
            const before = starts[n - calls];
            if (before !== undefined) expect(start).toBeGreaterThanOrEqual(before + tookMs + perMs - 0.001);
            const couldStart = Math.max(asked[n] ?? 0, starts[n - 1] ?? 0);
            if (start > couldStart)
              expect(start).toBeLessThanOrEqual(
                (before ?? 0) + Math.min(perMs + tookMs, longestRestMs(window(calls, perMs).kind)) + 0.001,
              );
          }
        },
      ),
    );
  });
});

describe('the limiter of an account', () => {
  it('has no more calls under way than allowed, and starts them in order', async () => {
    const limiter = new RateLimiter(limits({ parallelCalls: 2 }), () => 0);
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const calls = [1, 2, 3].map((n) =>
      limiter.run('default', () => {
        started.push(n);
        return new Promise<void>((resolve) => ends.push(resolve));
      }),
    );
    await expect.poll(() => started).toEqual([1, 2]);
    ends[0]?.();
    await expect.poll(() => started).toEqual([1, 2, 3]);
    for (const end of ends) end();
    await Promise.all(calls);
    await limiter.idle();
  });

  it('gives the place of a call that failed to the next', async () => {
    const limiter = new RateLimiter(limits({ parallelCalls: 1 }), () => 0);
    const failing = expect(limiter.run('default', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await limiter.run('default', () => Promise.resolve('yes'))).toBe('yes');
    await failing;
  });

  it('counts each lane for itself, and one that waits holds up no other', async () => {
    const rates = [{ lane: 'search', calls: 1, perMs: 60_000 }];
    const limiter = new RateLimiter(limits({ rates, parallelCalls: 2 }), () => 0);
    await limiter.run('search', () => Promise.resolve());
    void limiter.run('search', () => Promise.resolve());
    void limiter.run('search', () => Promise.resolve());
    expect(await limiter.run('default', () => Promise.resolve('at once'))).toBe('at once');
  });

  it('lets what is for syncing go before what is for enrichment, whoever came first', async () => {
    const limiter = new RateLimiter(limits({ parallelCalls: 1 }), () => 0);
    const started: string[] = [];
    const call = (name: string) => () => {
      started.push(name);
      return Promise.resolve();
    };
    await Promise.all([
      limiter.run('default', call('first')),
      limiter.run('default', call('history 1'), 'enrichment'),
      limiter.run('search', call('history 2'), 'enrichment'),
      limiter.run('default', call('news 1'), 'sync'),
      limiter.run('search', call('news 2'), 'sync'),
    ]);
    expect(started).toEqual(['first', 'news 1', 'news 2', 'history 1', 'history 2']);
  });

  it('keeps several limits of one lane at once, and starts nothing before its time', async () => {
    const rates = [
      { lane: 'default', calls: 2, perMs: 40 },
      { lane: 'default', calls: 3, perMs: 120 },
    ];
    const limiter = new RateLimiter(limits({ rates }), () => performance.now());
    const starts: number[] = [];
    const call = () => {
      starts.push(performance.now());
      return Promise.resolve();
    };
    await Promise.all(Array.from({ length: 7 }, () => limiter.run('default', call)));
    for (const [n, start] of starts.entries()) {
      if (n >= 2) expect(start - (starts[n - 2] ?? 0)).toBeGreaterThanOrEqual(39);
      if (n >= 3) expect(start - (starts[n - 3] ?? 0)).toBeGreaterThanOrEqual(119);
    }
  });
});
