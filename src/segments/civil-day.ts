export const dayMs = 86_400_000;

const zero = '0'.charCodeAt(0);
const hyphen = '-'.charCodeAt(0);

/** The number that the digits in these places say; NaN: one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - zero;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Days since 1970-01-01 of a day of the calendar. Plain arithmetic: `Date` costs more, and takes the years 0 to 99 for others. */
export function daysFrom(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year; // years that begin in March, so that the leap day is their last
  const century = Math.floor(shifted / 400);
  const inCentury = shifted - century * 400;
  const inYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    century * 146_097 + inCentury * 365 + Math.floor(inCentury / 4) - Math.floor(inCentury / 100) + inYear - 719_468
  );
}

/** Days since 1970-01-01 of the `YYYY-MM-DD` that a text begins with; NaN: it does not. */
function leadingDay(text: string): number {
  if (text.charCodeAt(4) !== hyphen || text.charCodeAt(7) !== hyphen) return NaN;
  return daysFrom(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
}

/** Of `YYYY-MM-DD`. */
export const dayLength = 10;

/** Of a `date` attribute, days since 1970-01-01; NaN: it is no date. */
export const dayNumber = (date: string): number => (date.length === dayLength ? leadingDay(date) : NaN);

/** Of a `datetime` attribute (`2026-11-22T18:00:00.000Z`), ms since 1970; NaN: it is none. */
export function momentMs(text: string): number {
  if (text.length !== 24 || !text.endsWith('Z')) return NaN;
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  return leadingDay(text) * dayMs + ((hour * 60 + minute) * 60 + second) * 1_000 + digits(text, 20, 23);
}

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** `YYYY-MM-DD` of days since 1970-01-01. */
export const dateText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Month and day of a `date` attribute as `month * 100 + day`; NaN: it is no date. */
export function monthAndDay(date: string): number {
  if (Number.isNaN(dayNumber(date))) return NaN;
  return digits(date, 5, 7) * 100 + digits(date, 8, 10);
}
