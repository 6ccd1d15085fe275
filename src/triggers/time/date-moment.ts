import type { AttributeValue } from '../../profiles/attribute.js';
import { calendarDays, type Duration, durationMs } from '../../segments/duration.js';
import { momentOfDay, momentOfYear } from './wall-clock.js';

/** A moment that an attribute of a person leads to: the day of it or some time before or after. */
export interface DateRule {
  readonly before?: Duration | undefined;
  readonly after?: Duration | undefined;
  /** The time of day, where whole days are counted. */
  readonly at?: string | undefined;
  readonly yearly?: boolean | undefined;
}

const usualTime = '09:00';
const nothing: Duration = { days: 0 };

/**
 * When it is time, for a `date` (`YYYY-MM-DD`) or a `datetime` (ISO 8601 in UTC). Hours and minutes, and whole days before or after a
 * moment without a time of day said, are exact spans; everything else is a day of the calendar at a time of day.
 *
 * @param fromMs with `yearly`: not before this moment
 * @returns ms since 1970; null: the value is no date
 */
export function momentOfDate(
  value: AttributeValue | undefined,
  { before, after, at, yearly }: DateRule,
  zone: string,
  fromMs: number,
): number | null {
  if (typeof value !== 'string') return null;
  const isMoment = value.length > 10;
  const offset = before ?? after ?? nothing;
  const sign = before === undefined ? 1 : -1;
  const days = calendarDays(offset);
  if (isMoment && yearly !== true && (days === null || at === undefined)) {
    const momentMs = Date.parse(value);
    return Number.isNaN(momentMs) ? null : momentMs + sign * durationMs(offset);
  }
  const date = isMoment ? value.slice(0, 10) : value;
  const time = at ?? usualTime;
  const extraMs = days === null ? sign * durationMs(offset) : 0;
  const moment =
    yearly === true
      ? momentOfYear(date, sign * (days ?? 0), time, zone, fromMs - extraMs)
      : momentOfDay(date, sign * (days ?? 0), time, zone);
  return moment === null ? null : moment + extraMs;
}
