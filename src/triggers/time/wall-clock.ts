import { Temporal } from 'temporal-polyfill';
import { zoneIds } from '../../segments/time-zones.js';
import { type QuietHours, type Weekday, weekdays } from '../definition/parts.js';

/** As `Temporal` names a zone that a person wrote; one that is not known counts as UTC. */
export const zoneIdOf = (zone: string): string => zoneIds.get(zone) ?? (/^[+-]\d\d:\d\d$/.test(zone) ? zone : 'UTC');

const zoned = (atMs: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zoneIdOf(zone));

/** A time that a change of the clocks skips is the same distance later; one that comes twice is the first of the two. */
const at = (day: Temporal.PlainDate, time: string, zone: string): number =>
  day.toZonedDateTime({ timeZone: zoneIdOf(zone), plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;

const weekdayOf = (day: Temporal.PlainDate): Weekday => weekdays[day.dayOfWeek - 1] ?? 'monday';

/** The days from that of a moment on, in its zone. */
function* daysFrom(atMs: number, zone: string): Generator<Temporal.PlainDate> {
  const first = zoned(atMs, zone).toPlainDate();
  for (let days = 0; ; days += 1) yield first.add({ days });
}

/** The first moment, not before this one, at which the clocks show a time; on one of these days of the week, where any are named. */
export function nextTimeOfDay(fromMs: number, zone: string, time: string, days?: readonly Weekday[]): number {
  for (const day of daysFrom(fromMs, zone)) {
    const moment = at(day, time, zone);
    if (moment >= fromMs && (days === undefined || days.includes(weekdayOf(day)))) return moment;
  }
  throw new Error('unreachable: days do not end');
}

/** When the quiet hours end in which this moment lies; null: it lies in none. */
export function quietUntil(atMs: number, zone: string, { from, to }: QuietHours): number | null {
  const now = zoned(atMs, zone).toPlainTime().toString({ smallestUnit: 'millisecond' });
  const isQuiet = from < to ? now >= from && now < to : now >= from || now < to;
  return isQuiet ? nextTimeOfDay(atMs, zone, to) : null;
}

/** A day, so many days later (or earlier), at a time of day. @param date `YYYY-MM-DD` @returns null: there is no such day */
export function momentOfDay(date: string, addDays: number, time: string, zone: string): number | null {
  const day = plainDate(date);
  return day === null ? null : at(day.add({ days: addDays }), time, zone);
}

/** As `momentOfDay`, in the first year in which that moment is not before `fromMs`. 29 February is the 28th in other years. */
export function momentOfYear(date: string, addDays: number, time: string, zone: string, fromMs: number): number | null {
  const day = plainDate(date);
  if (day === null) return null;
  const thisYear = zoned(fromMs, zone).year;
  for (let year = thisYear - 1; ; year += 1) {
    const moment = at(day.with({ year }).add({ days: addDays }), time, zone);
    if (moment >= fromMs) return moment;
  }
}

function plainDate(date: string): Temporal.PlainDate | null {
  try {
    return Temporal.PlainDate.from(date);
  } catch {
    return null; // Temporal throws a RangeError for what is no day
  }
}

/** When a schedule comes next. */
export interface Schedule {
  readonly at: string;
  readonly on?: readonly Weekday[] | undefined;
  readonly dayOfMonth?: number | undefined;
}

/** The next moment of a schedule, later than this one. */
export function nextOfSchedule({ at: time, on, dayOfMonth }: Schedule, zone: string, afterMs: number): number {
  for (const day of daysFrom(afterMs, zone)) {
    const isDay =
      dayOfMonth === undefined
        ? on === undefined || on.includes(weekdayOf(day))
        : day.day === Math.min(dayOfMonth, day.daysInMonth);
    const moment = at(day, time, zone);
    if (isDay && moment > afterMs) return moment;
  }
  throw new Error('unreachable: days do not end');
}

/** The day that the clocks of a zone show at a moment, `YYYY-MM-DD`. */
export const dayIn = (atMs: number, zone: string): string => zoned(atMs, zone).toPlainDate().toString();
