import type { NumberComparison } from './comparison.js';

/** The numbers between two others; a `null` end is open. `negate`: all the others. */
export interface NumberRange {
  readonly low: number | null;
  readonly high: number | null;
  readonly lowIncluded: boolean;
  readonly highIncluded: boolean;
  readonly negate: boolean;
}

const whole: NumberRange = { low: null, high: null, lowIncluded: true, highIncluded: true, negate: false };

/** Which numbers a comparison with numbers lets through. */
export function numberRange(comparison: NumberComparison): NumberRange {
  if (comparison.operator === 'between') return { ...whole, low: comparison.value[0], high: comparison.value[1] };
  const { operator, value } = comparison;
  const ranges = {
    equals: { ...whole, low: value, high: value },
    notEquals: { ...whole, low: value, high: value, negate: true },
    greaterThan: { ...whole, low: value, lowIncluded: false },
    atLeast: { ...whole, low: value },
    lessThan: { ...whole, high: value, highIncluded: false },
    atMost: { ...whole, high: value },
  } satisfies Record<typeof operator, NumberRange>;
  return ranges[operator];
}

export function inNumberRange(range: NumberRange, value: number): boolean {
  const { low, high } = range;
  const isAbove = low === null || value > low || (range.lowIncluded && value === low);
  const isBelow = high === null || value < high || (range.highIncluded && value === high);
  return (isAbove && isBelow) !== range.negate;
}
