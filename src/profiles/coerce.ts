import type { AttributeType, AttributeValue } from './attribute.js';
import { parseDate, parseInstant, startOfDay } from './calendar.js';
import { parseListText } from './list-text.js';
import { isNoValue } from './no-value.js';

type Conversion = (value: AttributeValue, timeZone: string | undefined) => AttributeValue | null;

const truths = new Map<string, boolean>([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

/** How a value becomes one of each type. A conversion that would guess (`1,200`; a number as a date) answers null. */
const conversions = {
  string: (value) => (isList(value) ? value.join(', ') : String(value)),
  number: (value) => (typeof value === 'string' ? plainNumber(value.trim()) : typeof value === 'number' ? value : null),
  boolean: (value) => (isList(value) ? null : (truths.get(String(value).trim().toLowerCase()) ?? null)),
  date: (value) => (typeof value === 'string' ? dateOf(value, undefined) : null),
  datetime: (value, timeZone) => (typeof value === 'string' ? instantOf(value, timeZone) : null),
  list: (value) => (isList(value) ? value : typeof value === 'string' ? elementsOf(value) : [String(value)]),
} as const satisfies Record<AttributeType, Conversion>;

/**
 * A value as its attribute's declared type wants it: `"12"` as a number is 12, `"yes"` as a boolean is true, `"a, b"` as a
 * list is two elements, an instant as a date is its day in UTC.
 *
 * @param timeZone in which a date becomes an instant (its midnight) and a time without a zone is read
 * @returns null where it cannot be done without guessing, or the value says nothing
 */
export function coerce(value: AttributeValue, type: AttributeType, timeZone?: string): AttributeValue | null {
  if (isNoValue(value)) return null;
  return conversions[type](value, timeZone);
}

function isList(value: AttributeValue): value is readonly string[] {
  return typeof value === 'object';
}

/** Only what is a number in any country; digits that a number cannot hold exactly are an id, not a number. */
function plainNumber(text: string): number | null {
  if (!/^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/.test(text)) return null;
  const number = Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : null;
}

function dateOf(text: string, timeZone: string | undefined): string | null {
  return parseDate(text) ?? parseInstant(text, timeZone)?.slice(0, 10) ?? null;
}

function instantOf(text: string, timeZone: string | undefined): string | null {
  return parseInstant(text, timeZone) ?? (timeZone === undefined ? null : startOfDay(text, timeZone));
}

function elementsOf(text: string): string[] | null {
  const elements = parseListText(text) ?? text.split(/[,;\n]/);
  const known = elements.map((element) => element.trim()).filter((element) => !isNoValue(element));
  return known.length === 0 ? null : [...new Set(known)];
}
