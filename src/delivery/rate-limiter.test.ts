import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationLimits } from '../destinations/destination.js';
import { RateLimiter, SlidingWindow } from './rate-limiter.js';

const limits = (more: Partial<DestinationLimits> = {}): DestinationLimits => ({
  batchSize: 10,
  parallelCalls: 10,
  rates: [],
  timeoutMs: 1_000,
  ...more,
});

/** Each of these starts as soon as the window allows. */
function startsOf(window: SlidingWindow, asked: readonly number[]): number[] {
  let lastMs = 0;
  return asked.map((nowMs) => {
    lastMs = window.earliest(Math.max(nowMs, lastMs));
    window.start(lastMs);
    return lastMs;
  });
}

describe('a sliding window', () => {
  it('lets so many start at once and the next one when the first is long enough ago', () => {
    expect(startsOf(new SlidingWindow(2, 1_000), [0, 10, 20, 30])).toEqual([0, 10, 1_000, 1_010]);
  });

  it('never lets more start in any stretch of its length, and lets nothing wait needlessly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 80 }),
        (calls, perMs, gaps) => {
          let nowMs = 0;
          const asked = gaps.map((gap) => (nowMs += gap));
          const starts = startsOf(new SlidingWindow(calls, perMs), asked);
          for (const [n, start] of starts.entries()) {
            const inWindow = starts.filter((other) => other > start - perMs && other <= start);
            expect(inWindow.length).toBeLessThanOrEqual(calls);
            const couldStart = Math.max(asked[n] ?? 0, starts[n - 1] ?? 0);
            if (start > couldStart) expect(starts[n - calls]).toBe(start - perMs);
          }
        },
      ),
    );
  });
});

describe('the limiter of a destination', () => {
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
  });

  it('gives the place of a call that failed to the next', async () => {
    const limiter = new RateLimiter(limits({ parallelCalls: 1 }), () => 0);
    const failing = expect(limiter.run('default', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await limiter.run('default', () => Promise.resolve('yes'))).toBe('yes');
    await failing;
  });

  it('counts each lane for itself', async () => {
    const rates = [{ lane: 'search', calls: 1, perMs: 60_000 }];
    const limiter = new RateLimiter(limits({ rates }), () => 0);
    await limiter.run('search', () => Promise.resolve());
    expect(await limiter.run('default', () => Promise.resolve('at once'))).toBe('at once');
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
      if (n >= 2) expect(start - (starts[n - 2] ?? 0)).toBeGreaterThanOrEqual(38);
      if (n >= 3) expect(start - (starts[n - 3] ?? 0)).toBeGreaterThanOrEqual(118);
    }
  });
});
