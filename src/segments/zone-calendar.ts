import { Temporal } from 'temporal-polyfill';
import { dayMs, dayNumber } from './civil-day.js';
import { zoneIds } from './time-zones.js';

/** So many starts of days are remembered in each zone; nobody looks at more than a few years of days again and again. */
const mostRemembered = 1_500;

/** The days of one zone, as numbers of days since 1970-01-01. */
export class ZoneCalendar {
  readonly #starts = new Map<number, number>();

  constructor(private readonly zoneId: string) {}

  /** The day that has this moment. */
  dayAt(atMs: number): number {
    let day = Math.floor(atMs / dayMs);
    while (this.startOf(day) > atMs) day -= 1;
    while (this.startOf(day + 1) <= atMs) day += 1;
    return day;
  }

  /** The first moment of a day, which is not midnight where the clocks skip it. A day that a zone left out begins with the next one. */
  startOf(day: number): number {
    if (this.zoneId === 'UTC' || !Number.isFinite(day)) return day * dayMs;
    const known = this.#starts.get(day);
    if (known !== undefined) return known;
    const start = Temporal.PlainDate.from('1970-01-01')
      .add({ days: day })
      .toZonedDateTime(this.zoneId).epochMilliseconds;
    if (this.#starts.size >= mostRemembered) this.#starts.clear();
    this.#starts.set(day, start);
    return start;
  }
}

const calendars = new Map<string, ZoneCalendar>();

/** By a spelling that `time-zones.ts` knows; null: it does not. */
export function calendarOf(timeZone: string): ZoneCalendar | null {
  const known = calendars.get(timeZone);
  if (known !== undefined) return known;
  const id = zoneIds.get(timeZone);
  if (id === undefined) return null;
  const calendar = new ZoneCalendar(id);
  calendars.set(timeZone, calendar);
  return calendar;
}

const utc = new ZoneCalendar('UTC');

/** As `calendarOf`; an unknown zone counts as UTC. */
export const calendarOrUtc = (timeZone: string): ZoneCalendar => calendarOf(timeZone) ?? utc;

/** A day (its first moment in the zone) or a moment, as ms since 1970. */
export const instantOf = (dayOrMoment: string, timeZone: string): number =>
  dayOrMoment.length > 10 ? Date.parse(dayOrMoment) : calendarOrUtc(timeZone).startOf(dayNumber(dayOrMoment));
