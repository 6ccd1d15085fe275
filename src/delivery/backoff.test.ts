import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDelayMs, retryPolicy } from './backoff.js';

const { attempts, windowMs, firstDelayMs, longestDelayMs } = retryPolicy;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const early = fc.integer({ min: 1, max: 1_000 }).map((made) => ({ made, sinceFirstMs: 0 }));

describe('the delay before the next attempt', () => {
  it('doubles from two seconds on', () => {
    const delays = [1, 2, 3, 4].map((made) => nextDelayMs({ made, sinceFirstMs: 0 }, 0, 1));
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000]);
  });

  it('is between half of that and all of it, and never longer than a quarter of an hour', () => {
    fc.assert(
      fc.property(early, share, (made, random) => {
        const longest = nextDelayMs(made, 0, 1) ?? 0;
        const delay = nextDelayMs(made, 0, random) ?? 0;
        expect(delay).toBeLessThanOrEqual(longest);
        expect(delay).toBeGreaterThanOrEqual(longest / 2);
        expect(longest).toBeLessThanOrEqual(longestDelayMs);
        expect(delay).toBeGreaterThanOrEqual(firstDelayMs / 2);
      }),
    );
  });

  it('never gets shorter from one attempt to the next', () => {
    fc.assert(
      fc.property(early, share, ({ made, sinceFirstMs }, random) => {
        const now = nextDelayMs({ made, sinceFirstMs }, 0, random) ?? 0;
        expect(nextDelayMs({ made: made + 1, sinceFirstMs }, 0, random)).toBeGreaterThanOrEqual(now);
      }),
    );
  });

  it('is at least what the provider asked for', () => {
    fc.assert(
      fc.property(early, fc.integer({ min: 0, max: 86_400_000 }), share, (made, retryAfterMs, random) => {
        expect(nextDelayMs(made, retryAfterMs, random)).toBeGreaterThanOrEqual(retryAfterMs);
      }),
    );
  });

  it('ends only when the attempts and the time are both used up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 * attempts }),
        fc.integer({ min: 0, max: 3 * windowMs }),
        (made, sinceFirstMs) => {
          const over = made >= attempts && sinceFirstMs >= windowMs;
          expect(nextDelayMs({ made, sinceFirstMs }, 0, 0.5) === null).toBe(over);
        },
      ),
    );
  });

  it.each([
    [attempts, windowMs, true],
    [attempts - 1, windowMs, false],
    [attempts, windowMs - 1, false],
  ])('after %i attempts and %i ms: given up is %s', (made, sinceFirstMs, over) => {
    expect(nextDelayMs({ made, sinceFirstMs }, 0, 0) === null).toBe(over);
  });
});
