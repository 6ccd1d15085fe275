import { dayLength, dayNumber, momentMs } from './civil-day.js';
import { calendarOf, calendarOrUtc, type ZoneCalendar } from './zone-calendar.js';

/**
 * Whether a day or a moment lies between two others. Positions are counted in days of a zone (days since 1970-01-01) or in ms since
 * 1970; with `relative`, from the present day or moment on. Both ends belong to it; ±Infinity: open. A `date` has no moment, so it is in
 * no range of ms; a `datetime` has a day, that of the zone.
 */
export interface TimeRange {
  readonly scale: 'day' | 'ms';
  readonly relative: boolean;
  readonly low: number;
  readonly high: number;
}

/** Which zone's days count: always the same, or the one a profile's attribute names, else `zone`. */
export interface ZoneChoice {
  readonly zone: string;
  readonly attribute: string | null;
}

/**
 * What compiled rules say about time, in one number: positive means true, negative means false, and its size is the earliest moment (ms since
 * 1970) at which that could change by the clock alone; ±Infinity: never. So `all` is the least of its parts, `any` the greatest, `none`
 * the opposite of `any`: a group that is false stays so until each part that makes it false has changed.
 */
export type Outlook = number;

const isTrueUntil = (endMs: number): Outlook => endMs;
const isFalseUntil = (startMs: number): Outlook => -startMs;

/** A time range, ready to be asked for value after value. */
export class TimeTest {
  readonly #fixed: ZoneCalendar;
  /** The present day, in the zone that was asked for last. */
  #todayIn: ZoneCalendar | null = null;
  #todayStartMs = 0;
  #todayEndMs = 0;
  #today = 0;

  constructor(
    private readonly range: TimeRange,
    zone: string,
  ) {
    this.#fixed = calendarOrUtc(zone);
  }

  /** @param value of an attribute @param zone what the profile names as its zone */
  holds(value: unknown, nowMs: number, zone: unknown): boolean {
    return typeof value === 'string' && this.#holdsAt(this.#read(value, zone), nowMs, zone);
  }

  holdsMoment(atMs: number, nowMs: number, zone: unknown): boolean {
    return this.#holdsAt(this.#place(atMs, zone), nowMs, zone);
  }

  outlook(value: unknown, nowMs: number, zone: unknown): Outlook {
    return typeof value === 'string' ? this.#outlookAt(this.#read(value, zone), nowMs, zone) : -Infinity;
  }

  outlookMoment(atMs: number, nowMs: number, zone: unknown): Outlook {
    return this.#outlookAt(this.#place(atMs, zone), nowMs, zone);
  }

  #holdsAt(position: number, nowMs: number, zone: unknown): boolean {
    const distance = this.range.relative ? position - this.#present(nowMs, zone) : position;
    return distance >= this.range.low && distance <= this.range.high;
  }

  /** With the clock, a relative range comes nearer, contains the position for a while, and is past. */
  #outlookAt(position: number, nowMs: number, zone: unknown): Outlook {
    const { relative, low, high } = this.range;
    if (!relative || Number.isNaN(position)) return this.#holdsAt(position, nowMs, zone) ? Infinity : -Infinity;
    const distance = position - this.#present(nowMs, zone);
    if (distance < low || low > high) return -Infinity;
    return distance <= high
      ? isTrueUntil(this.#startOf(position - low + 1, zone))
      : isFalseUntil(this.#startOf(position - high, zone));
  }

  #startOf(position: number, zone: unknown): number {
    return this.range.scale === 'ms' ? position : this.#calendar(zone).startOf(position);
  }

  #read(value: string, zone: unknown): number {
    const isDay = this.range.scale === 'day' && value.length === dayLength;
    return isDay ? dayNumber(value) : this.#place(momentMs(value), zone);
  }

  #place(atMs: number, zone: unknown): number {
    return this.range.scale === 'ms' || Number.isNaN(atMs) ? atMs : this.#calendar(zone).dayAt(atMs);
  }

  #present(nowMs: number, zone: unknown): number {
    if (this.range.scale === 'ms') return nowMs;
    const calendar = this.#calendar(zone);
    if (calendar === this.#todayIn && nowMs >= this.#todayStartMs && nowMs < this.#todayEndMs) return this.#today;
    const today = calendar.dayAt(nowMs);
    this.#todayIn = calendar;
    this.#today = today;
    this.#todayStartMs = calendar.startOf(today);
    this.#todayEndMs = calendar.startOf(today + 1);
    return today;
  }

  #calendar(zone: unknown): ZoneCalendar {
    return typeof zone === 'string' ? (calendarOf(zone) ?? this.#fixed) : this.#fixed;
  }
}
