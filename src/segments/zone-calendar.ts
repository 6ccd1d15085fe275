import { Temporal } from 'temporal-polyfill';
import { zoneIds } from './time-zones.js';

/** One day in one zone: `startMs` belongs to it, `endMs` is the start of the next. */
export interface ZoneDay {
  readonly date: Temporal.PlainDate;
  readonly startMs: number;
  readonly endMs: number;
}

/** The days of one zone. The day asked for last is remembered, since nearly everybody asks about today. */
export class ZoneCalendar {
  #latest: ZoneDay | null = null;

  constructor(private readonly zoneId: string) {}

  /** The day that has this moment. */
  dayAt(atMs: number): ZoneDay {
    const latest = this.#latest;
    if (latest !== null && atMs >= latest.startMs && atMs < latest.endMs) return latest;
    const date = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(this.zoneId).toPlainDate();
    this.#latest = { date, startMs: this.startOf(date), endMs: this.startOf(date.add({ days: 1 })) };
    return this.#latest;
  }

  /** The first moment of a day, which is not midnight where the clocks skip it. */
  startOf(date: Temporal.PlainDate): number {
    return date.toZonedDateTime(this.zoneId).epochMilliseconds;
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
export function instantOf(dayOrMoment: string, timeZone: string): number {
  if (dayOrMoment.length > 10) return Date.parse(dayOrMoment);
  return calendarOrUtc(timeZone).startOf(Temporal.PlainDate.from(dayOrMoment));
}
