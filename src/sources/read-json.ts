import { isUtf8 } from 'node:buffer';
import { UnreadableBodyError } from './chat-platform.js';
import { findJsonFault } from './json-fault.js';

/** JSON as `readJson` returns it. Integers too large for a number are text, exact to the last digit. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Deeper than any chat platform nests; protects whoever walks the value, and PostgreSQL's own JSON parser. */
const maxDepth = 64;

/** A number literal may be too long for a JavaScript number. Ids inside texts are harmless and common, hence the second look. */
const manyDigits = 16;
const manyDigitsOutsideText = /(?:^|[:,[\s])-?\d{16}/;

/** `\u0000`, surrogates and escaped ASCII (which may spell `__proto__`): only then is the parsed value walked. */
const mayNeedTidying = /\\u(?:00[0-7]|[dD][89a-fA-F])|__proto__/;

const unstorable = /\0|\p{Surrogate}/gu;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** TypeScript's library does not know the reviver's third argument yet (ECMAScript "JSON.parse source text access"). */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => JsonValue;

/**
 * Reads JSON from the raw bytes of a request, so that no id loses a digit on the way:
 * an integer beyond `Number.MAX_SAFE_INTEGER` becomes its own text. An exponent can still give infinity, which is no value.
 * What PostgreSQL cannot store (NUL, lone surrogates) and `__proto__` keys are left out. The size is the HTTP server's to limit.
 *
 * @param advice one sentence for the bot's author on what to do about a broken body
 * @throws UnreadableBodyError with line and column, never with a piece of the body
 */
export function readJson(body: Buffer, advice = ''): JsonValue {
  const text = decode(body, advice);
  const parsed = parse(text, advice);
  if (countOpenings(text) > maxDepth && isDeeperThan(parsed, maxDepth)) {
    throw new UnreadableBodyError(`The body is nested more than ${maxDepth} levels deep. Send a flatter one.`);
  }
  return mayNeedTidying.test(text) ? tidy(parsed) : parsed;
}

function decode(body: Buffer, advice: string): string {
  if (!isUtf8(body)) throw new UnreadableBodyError('The body is not UTF-8 text. Send JSON encoded as UTF-8.');
  const text = body.toString('utf8');
  const withoutMark = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (withoutMark.trim() === '')
    throw new UnreadableBodyError(`The body is empty. Send a JSON object. ${advice}`.trim());
  return withoutMark;
}

function parse(text: string, advice: string): JsonValue {
  try {
    const mayLoseDigits = hasDigitRun(text, manyDigits) && manyDigitsOutsideText.test(text);
    return mayLoseDigits ? parseWithSource(text, keepDigits) : (JSON.parse(text) as JsonValue);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { line, column, reason } = findJsonFault(text);
    throw new UnreadableBodyError(`The body is not JSON: line ${line}, column ${column}: ${reason}. ${advice}`.trim());
  }
}

const keepDigits: Reviver = (_key, value, { source }) => {
  if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(source) ? source : value;
};

/** Do so many digits stand in a row? One of them stands at every `length`th place, so the others need no look. */
function hasDigitRun(text: string, length: number): boolean {
  for (let at = length - 1; at < text.length; at += length) {
    let [first, last] = [at, at];
    while (isDigit(text.charCodeAt(first))) first -= 1;
    if (first === at) continue;
    while (isDigit(text.charCodeAt(last))) last += 1;
    if (last - first > length) return true;
  }
  return false;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** An upper bound for the depth that costs next to nothing. */
function countOpenings(text: string): number {
  let count = 0;
  for (const opening of ['{', '[']) {
    for (let at = text.indexOf(opening); at !== -1 && count <= maxDepth; at = text.indexOf(opening, at + 1)) count++;
  }
  return count;
}

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner: JsonValue) => isDeeperThan(inner, levels - 1));
}

function tidy(value: JsonValue): JsonValue {
  if (typeof value === 'string') return tidyText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isJsonArray(value)) return value.map(tidy);
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, inner]) => [tidyText(key), tidy(inner)]));
}

/** Without what PostgreSQL cannot store: NUL and lone surrogates. */
export function tidyText(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.replace(unstorable, '') : text;
}

/** `Array.isArray` that also narrows the readonly side. */
export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
