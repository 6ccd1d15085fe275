import { UnreadableBodyError } from './chat-platform.js';
import type { HookRequest } from './chat-platform.js';
import { kindOf } from './json-fields.js';
import { isNoValue } from '../profiles/no-value.js';
import { isJsonObject, readJson, tidyText } from './read-json.js';
import type { JsonObject, JsonValue } from './read-json.js';

export interface ReadRequest {
  readonly root: JsonValue;
  readonly notes: readonly string[];
}

const openingBrace = 0x7b;

/**
 * What a request says, whichever way it came: JSON, a form, or (without a body) the query. Told apart by the body itself, because
 * authors of flows set content types as they like.
 *
 * @throws UnreadableBodyError
 */
export function readRequest(request: HookRequest, advice: string): ReadRequest {
  const { body, queryText } = request;
  if (body[0] === openingBrace) return { root: readJson(body, advice), notes: [] };
  if (body.length === 0 && queryText !== '') return readForm(queryText, shellParameters);
  const text = body.toString('utf8');
  return looksLikeForm(text) ? readForm(text.trim()) : { root: readJson(body, advice), notes: [] };
}

/** As `readRequest`, where it must be one object. */
export function readObject(
  request: HookRequest,
  advice: string,
): { readonly root: JsonObject; readonly notes: readonly string[] } {
  const { root, notes } = readRequest(request, advice);
  if (isJsonObject(root)) return { root, notes };
  throw new UnreadableBodyError(`The body is ${kindOf(root)}. Send a JSON object. ${advice}`.trim());
}

/** What a request said, once more, for its answer. Empty: it was no object. */
export function objectSent(request: HookRequest): JsonObject {
  try {
    const { root } = readRequest(request, '');
    return isJsonObject(root) ? root : {};
  } catch (error) {
    if (error instanceof UnreadableBodyError) return {};
    throw error;
  }
}

/** `a=b&c=d`: no JSON begins so, and no form begins as JSON does. */
function looksLikeForm(text: string): boolean {
  return /^\s*[^\s{}[\]"=&]+=/.test(text);
}

/** In the address, what the shell has looked at already is no data. */
export const shellParameters: ReadonlySet<string> = new Set(['secret', 'token']);
const none: ReadonlySet<string> = new Set();

/** Values stay text, so no id loses a digit. What came twice with different values counts as it came first, and a note says so. */
function readForm(text: string, reserved = none): ReadRequest {
  const values = new Map<string, string>();
  const notes: string[] = [];
  for (const [rawName, rawValue] of new URLSearchParams(text)) {
    const [name, value] = [tidyText(rawName), tidyText(rawValue)];
    if (name === '__proto__' || name === '' || reserved.has(name)) continue;
    const known = values.get(name);
    if (known === undefined || isNoValue(known)) values.set(name, value);
    else if (known !== value && !isNoValue(value)) notes.push(`"${name}" was sent twice: the first value counts.`);
  }
  return { root: Object.fromEntries(values), notes };
}
