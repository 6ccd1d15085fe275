import type { RawAttribute } from '../../../events/collect-attributes.js';
import { firstKnown } from '../../google-values.js';
import { field, objectField, textOf } from '../../json-fields.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../read-json.js';

/**
 * What the form on the page, the intent and the session know of the person; what is just said counts first.
 *
 * @param ownAnswers session parameters that only hold what we have answered ourselves, perhaps many turns ago
 */
export function knownParameters(root: JsonObject, ownAnswers: readonly string[]): RawAttribute[] {
  const session = Object.entries(sessionParameters(root)).filter(([name]) => !ownAnswers.includes(name));
  return firstKnown([formParameters(root), intentParameters(root), Object.fromEntries(session)]);
}

export function sessionParameters(root: JsonObject): JsonObject {
  return objectField(objectField(root, 'sessionInfo') ?? {}, 'parameters') ?? {};
}

function intentParameters(root: JsonObject): JsonObject {
  const parameters = objectField(objectField(root, 'intentInfo') ?? {}, 'parameters') ?? {};
  const resolved = Object.entries(parameters).flatMap(([name, value]): [string, JsonValue][] =>
    isJsonObject(value) ? [[name, field(value, 'resolvedValue') ?? null]] : [],
  );
  return Object.fromEntries(resolved);
}

/** A field that is empty or was not understood has no value yet. */
function formParameters(root: JsonObject): JsonObject {
  const form = objectField(objectField(root, 'pageInfo') ?? {}, 'formInfo') ?? {};
  const fields = field(form, 'parameterInfo');
  if (fields === undefined || !isJsonArray(fields)) return {};
  const filled = fields.filter(isJsonObject).flatMap((each): [string, JsonValue][] => {
    const name = textOf(field(each, 'displayName'));
    const state = textOf(field(each, 'state'));
    return name === null || (state !== null && state !== 'FILLED') ? [] : [[name, field(each, 'value') ?? null]];
  });
  return Object.fromEntries(filled);
}
