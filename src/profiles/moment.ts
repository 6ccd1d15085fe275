import { parseInstant } from './calendar.js';

const year2000Seconds = 946_684_800;
const year2100Seconds = 4_102_444_800;

/** A Unix time in seconds (float or not) as a date, to the millisecond. Null: no time of this century, so not a time at all. */
export function fromUnixSeconds(seconds: number): Date | null {
  return seconds >= year2000Seconds && seconds < year2100Seconds ? new Date(Math.round(seconds * 1_000)) : null;
}

/** When something happened, written as ISO 8601 or as Unix time in seconds. Null: neither, or no time of this century. */
export function parseMoment(text: string, timeZone?: string): Date | null {
  const iso = parseInstant(text, timeZone);
  if (iso !== null) return fromUnixSeconds(Date.parse(iso) / 1_000);
  return /^\d+(?:\.\d+)?$/.test(text.trim()) ? fromUnixSeconds(Number(text)) : null;
}
