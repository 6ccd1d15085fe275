import { probit } from 'simple-statistics';

/** People of whom so many did what the trigger is for. */
export interface Group {
  readonly people: number;
  readonly succeeded: number;
}

/** How much more often people do what a trigger is for, compared with those who got nothing. Shares are from 0 to 1. */
export interface Lift {
  readonly treated: Group & { readonly rate: number | null };
  readonly heldOut: Group & { readonly rate: number | null };
  /** Difference of the rates, with its 95 % confidence interval; null: one of the groups is empty. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number } | null;
  /** The difference as a share of the rate of those who got nothing; null: that is 0. */
  readonly relative: number | null;
  /** The interval does not hold 0: it is unlikely to be chance. */
  readonly isSignificant: boolean;
}

const confidence = 0.95;

/**
 * The interval is Newcombe's, of the two Wilson intervals: it holds for small groups and rates near 0 too.
 *
 * @see Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998), method 10
 */
export function liftOf(treated: Group, heldOut: Group): Lift {
  const [with_, without] = [rateOf(treated), rateOf(heldOut)];
  const groups = { treated: { ...treated, rate: with_ }, heldOut: { ...heldOut, rate: without } };
  if (with_ === null || without === null) return { ...groups, difference: null, relative: null, isSignificant: false };
  const value = with_ - without;
  const [one, other] = [wilson(treated), wilson(heldOut)];
  const low = value - Math.hypot(with_ - one.low, other.high - without);
  const high = value + Math.hypot(one.high - with_, without - other.low);
  return {
    ...groups,
    difference: { value, low, high },
    relative: without === 0 ? null : value / without,
    isSignificant: low > 0 || high < 0,
  };
}

const rateOf = ({ people, succeeded }: Group): number | null => (people === 0 ? null : succeeded / people);

function wilson({ people, succeeded }: Group): { readonly low: number; readonly high: number } {
  const z = probit(1 - (1 - confidence) / 2);
  const rate = succeeded / people;
  const spread = z * Math.sqrt((rate * (1 - rate)) / people + (z * z) / (4 * people * people));
  const middle = rate + (z * z) / (2 * people);
  const scale = 1 + (z * z) / people;
  return { low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}
