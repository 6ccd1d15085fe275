import { localToInstant } from './time-zone.js';

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const timePattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([Zz]|[+-]\d{2}(?::?\d{2})?))?$/;

/** `YYYY-MM-DD`, if the calendar has that day; else null. A date has no zone: it is not midnight anywhere. */
export function parseDate(text: string): string | null {
  const match = datePattern.exec(text.trim());
  return match && dayMs(match) !== null ? match[0] : null;
}

/**
 * An ISO 8601 date and time as `YYYY-MM-DDTHH:MM:SS.sssZ`. A text that does not name its distance to UTC is read in
 * `timeZone` (IANA name or `UTC-07`); without one it is no instant, and the answer is null.
 */
export function parseInstant(text: string, timeZone?: string): string | null {
  const match = timePattern.exec(text.trim());
  const day = match && dayMs(match);
  if (!match || day === null) return null;
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const localMs =
    day + ((hour * 60 + minute) * 60 + second) * 1_000 + Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const instant = toInstant(localMs, match[8], timeZone);
  return instant === null ? null : storable(instant);
}

/** Midnight of a date in a zone, as an instant; null: no such date or zone. */
export function startOfDay(date: string, timeZone: string): string | null {
  return parseDate(date) === null ? null : parseInstant(`${date.trim()}T00:00`, timeZone);
}

function toInstant(localMs: number, distance: string | undefined, timeZone: string | undefined): number | null {
  if (distance === undefined) return timeZone === undefined ? null : localToInstant(localMs, timeZone);
  if (distance.toUpperCase() === 'Z') return localMs;
  const minutes = Number(distance.slice(1, 3)) * 60 + Number(distance.slice(3).replace(':', ''));
  if (minutes > 15 * 60) return null;
  return localMs - (distance.startsWith('-') ? -minutes : minutes) * 60_000;
}

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Midnight UTC of the day in the first three groups, or null where the calendar has no such day. */
function dayMs(match: RegExpExecArray): number | null {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastDay = month === 2 && isLeapYear ? 29 : (daysInMonth[month - 1] ?? 0);
  if (year === 0 || day === 0 || day > lastDay) return null;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; 400 years later the calendar is the same.
  return year > 99 ? Date.UTC(year, month - 1, day) : Date.UTC(year + 400, month - 1, day) - fourCenturiesMs;
}

const fourCenturiesMs = 146_097 * 86_400_000;
const firstStorableMs = Date.UTC(401, 0, 1) - fourCenturiesMs;
const lastStorableMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Years 1 to 9999, which PostgreSQL and every CRM can hold; a zone can carry an instant just outside. */
function storable(instantMs: number): string | null {
  return instantMs >= firstStorableMs && instantMs <= lastStorableMs ? new Date(instantMs).toISOString() : null;
}
