/** Texts that stand for "nothing": seen in captures, or what a template engine prints for it. Exact: `Null` is a surname. */
const emptyWords = new Set(['null', 'undefined', 'None', 'NaN', '[]', '{}']);

const blanks = /^[\s\u00AD\u200B-\u200F\u2060\uFEFF]*$/;
const firstInvisible = 0xad;
const onlyPlaceholders = /^(?:\{\{[^{}]*\}\}\s*)+$/;

/**
 * Whether a platform's value says nothing. Such a value is never written over a known one.
 * Zero and false are values; a number that is not finite is none. A placeholder that was not filled in (`{{email}}`) says nothing.
 */
export function isNoValue(value: unknown): boolean {
  switch (typeof value) {
    case 'undefined':
      return true;
    case 'string':
      return isNoText(value);
    case 'number':
      return !Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      return Array.isArray(value) ? value.every(isNoValue) : Object.keys(value).length === 0;
    default:
      return false;
  }
}

function isNoText(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '' || (trimmed.length < 10 && emptyWords.has(trimmed))) return true;
  if (trimmed.startsWith('{{')) return onlyPlaceholders.test(trimmed);
  return trimmed.charCodeAt(0) >= firstInvisible && blanks.test(trimmed);
}

/** A variable in Landbot's spelling that was not filled in: `@email`. Ambiguous (`@ada` is also a handle), so callers decide. */
export function isUnrenderedVariable(value: unknown): boolean {
  return typeof value === 'string' && /^@[a-z_]\w*$/i.test(value.trim());
}
