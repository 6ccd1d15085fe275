import { isNoValue } from '../profiles/no-value.js';
import { parseListText } from '../profiles/list-text.js';
import { isJsonArray, isJsonObject } from './read-json.js';
import type { JsonObject, JsonValue } from './read-json.js';

const maxIdLength = 128;
const maxTagLength = 255;

/** A field by its name, never one that every object inherits. */
export function field(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A field that must be an object, or null. */
export function objectField(object: JsonObject, name: string): JsonObject | null {
  const value = field(object, name);
  return isJsonObject(value) ? value : null;
}

/** What a value says as text; null where it says nothing or is no single value. */
export function textOf(value: JsonValue | undefined): string | null {
  if (value === undefined || isNoValue(value) || typeof value === 'object') return null;
  return String(value).trim();
}

/** An id whatever its JSON type, exact to the last digit. Null: none, zero (no contact has it), or no id at all. */
export function idOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return null;
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const id = textOf(value);
  return id === null || id === '0' || id.length > maxIdLength || /\s/.test(id) ? null : id;
}

/** Tag names: a list of texts, of `{name}` objects (ManyChat's API), or one text with commas. */
export function tagsOf(value: JsonValue | undefined): string[] {
  if (value === undefined || isNoValue(value)) return [];
  const each = typeof value === 'string' ? (parseListText(value) ?? value.split(',')) : isJsonArray(value) ? value : [];
  const names = each.map((tag) => textOf(isJsonObject(tag) ? field(tag, 'name') : tag)).filter((name) => name !== null);
  return [...new Set(names.filter((name) => name.length <= maxTagLength))];
}

/** What a value is, in words for an error message. */
export function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  return isJsonArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
