import { z } from 'zod';

/** Exact lengths: a day is 24 hours here, whatever the clocks do. Calendar days are what relative dates count in. */
export const unitMs = { minutes: 60_000, hours: 3_600_000, days: 86_400_000, weeks: 604_800_000 } as const;
export type DurationUnit = keyof typeof unitMs;

/** A hundred years: every moment that a rule can reach stays one that PostgreSQL and a `date` can hold. */
const most = { minutes: 52_560_000, hours: 876_000, days: 36_500, weeks: 5_214 } as const satisfies Record<
  DurationUnit,
  number
>;

const amount = (unit: DurationUnit) => z.int().min(0).max(most[unit]);

/** A length of time, in one unit: `{ days: 30 }`. */
export const durationSchema = z.union(
  [
    z.strictObject({ minutes: amount('minutes') }),
    z.strictObject({ hours: amount('hours') }),
    z.strictObject({ days: amount('days') }),
    z.strictObject({ weeks: amount('weeks') }),
  ],
  {
    error:
      'must be one of { minutes: n }, { hours: n }, { days: n }, { weeks: n }, with a whole number up to 100 years',
  },
);
export type Duration = z.output<typeof durationSchema>;

/** A length of time that is more than nothing. */
export const positiveDuration = durationSchema.refine((duration) => partsOf(duration).amount > 0, {
  error: 'must be longer than nothing',
});

/** The one unit of a duration, and how many of it. */
export function partsOf(duration: Duration): { readonly unit: DurationUnit; readonly amount: number } {
  if ('minutes' in duration) return { unit: 'minutes', amount: duration.minutes };
  if ('hours' in duration) return { unit: 'hours', amount: duration.hours };
  if ('days' in duration) return { unit: 'days', amount: duration.days };
  return { unit: 'weeks', amount: duration.weeks };
}

/** In milliseconds; a day has 24 hours. */
export function durationMs(duration: Duration): number {
  const { unit, amount } = partsOf(duration);
  return amount * unitMs[unit];
}

/** In calendar days; null: its unit is finer than a day. */
export function calendarDays(duration: Duration): number | null {
  if ('days' in duration) return duration.days;
  return 'weeks' in duration ? duration.weeks * 7 : null;
}
