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

/** Midnight UTC of the day in the first three groups, or null where the calendar has no such day. */
function dayMs(match: RegExpExecArray): number | null {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() : null;
}

/** Years 1 to 9999, which PostgreSQL and every CRM can hold; a zone can carry an instant just outside. */
function storable(instantMs: number): string | null {
  const text = new Date(instantMs).toISOString();
  return /^\d{4}-/.test(text) && !text.startsWith('0000') ? text : null;
}
