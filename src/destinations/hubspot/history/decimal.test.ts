import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumOfAmounts } from './decimal.js';

describe('the sum of amounts', () => {
  it('is exact where binary fractions are not', () => {
    expect(sumOfAmounts(['0.1', '0.2'])).toBe(0.3);
    expect(sumOfAmounts(['49.90', '-0.01', null, undefined, '', 'a lot'])).toBe(49.89);
  });

  it('of cents is that of the whole numbers, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 })), (cents) => {
        const amounts = cents.map((cent) => (cent / 100).toFixed(2));
        const total = cents.reduce((sum, cent) => sum + cent, 0);
        expect(sumOfAmounts(amounts)).toBe(Number((total / 100).toFixed(2)) + 0);
        expect(sumOfAmounts(amounts.toReversed())).toBe(sumOfAmounts(amounts));
      }),
    );
  });
});
