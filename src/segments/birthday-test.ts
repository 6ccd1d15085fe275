import { daysFrom, isLeapYear, monthAndDay } from './civil-day.js';
import type { Outlook } from './time-test.js';
import { calendarOf, calendarOrUtc, type ZoneCalendar } from './zone-calendar.js';

/**
 * Whether the day and month of a date come round within some days, today included. Who was born on 29 February has the
 * birthday on the 28th in years without one.
 */
export class BirthdayTest {
  readonly #fixed: ZoneCalendar;

  constructor(
    private readonly inNextDays: number,
    zone: string,
  ) {
    this.#fixed = calendarOrUtc(zone);
  }

  holds(value: unknown, nowMs: number, zone: unknown): boolean {
    const born = typeof value === 'string' ? monthAndDay(value) : NaN;
    if (Number.isNaN(born)) return false;
    const today = this.#calendar(zone).dayAt(nowMs);
    return nextBirthday(born, today) - today <= this.inNextDays;
  }

  outlook(value: unknown, nowMs: number, zone: unknown): Outlook {
    const born = typeof value === 'string' ? monthAndDay(value) : NaN;
    if (Number.isNaN(born)) return -Infinity;
    const calendar = this.#calendar(zone);
    const today = calendar.dayAt(nowMs);
    const next = nextBirthday(born, today);
    return next - today <= this.inNextDays ? calendar.startOf(next + 1) : -calendar.startOf(next - this.inNextDays);
  }

  #calendar(zone: unknown): ZoneCalendar {
    return typeof zone === 'string' ? (calendarOf(zone) ?? this.#fixed) : this.#fixed;
  }
}

/** The first birthday that is not before today; both as days since 1970-01-01. @param born month * 100 + day */
function nextBirthday(born: number, today: number): number {
  const year = new Date(today * 86_400_000).getUTCFullYear();
  const thisYear = birthdayIn(year, born);
  return thisYear >= today ? thisYear : birthdayIn(year + 1, born);
}

function birthdayIn(year: number, born: number): number {
  const day = born === 229 && !isLeapYear(year) ? 228 : born;
  return daysFrom(year, Math.floor(day / 100), day % 100);
}

/** The months and days (`11-22`) whose birthday is within some days, for SQL. */
export function birthdaysFrom(today: number, inNextDays: number): string[] {
  const found = new Set<string>();
  for (let day = today; day <= today + inNextDays; day += 1) {
    const date = new Date(day * 86_400_000);
    found.add(date.toISOString().slice(5, 10));
    if (date.getUTCMonth() === 1 && date.getUTCDate() === 28 && !isLeapYear(date.getUTCFullYear())) found.add('02-29');
  }
  return [...found];
}
