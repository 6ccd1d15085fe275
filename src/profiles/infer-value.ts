import type { TypedValue } from './attribute.js';
import { parseDate, parseInstant } from './calendar.js';
import { isNoValue } from './no-value.js';

/**
 * The type and the storable value of what a platform sent for an attribute. Numbers and booleans keep their type; a text is a
 * date or an instant only in ISO 8601, and otherwise stays text, digits too (a postcode is no number); a list holds texts.
 *
 * @param timeZone what a date and time without a zone is read in; without one it stays text
 * @returns null where the value says nothing (see `isNoValue`) or is not one value: an object, a list of lists
 */
export function inferValue(value: unknown, timeZone?: string): TypedValue | null {
  return isNoValue(value) ? null : inferKnown(value, timeZone);
}

/** As `inferValue`, of a value that is known to say something. */
export function inferKnown(value: unknown, timeZone?: string): TypedValue | null {
  if (typeof value === 'string') return inferText(value.trim(), timeZone);
  if (typeof value === 'boolean') return { type: 'boolean', value };
  if (typeof value === 'number') return { type: 'number', value };
  if (!Array.isArray(value)) return null;
  const known: unknown[] = value.filter((element) => !isNoValue(element));
  return known.every(isScalar) ? { type: 'list', value: [...new Set(known.map((each) => String(each).trim()))] } : null;
}

function inferText(text: string, timeZone: string | undefined): TypedValue {
  if (!/^\d{4}-/.test(text)) return { type: 'string', value: text };
  const date = parseDate(text);
  if (date !== null) return { type: 'date', value: date };
  const instant = parseInstant(text, timeZone);
  return instant === null ? { type: 'string', value: text } : { type: 'datetime', value: instant };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
