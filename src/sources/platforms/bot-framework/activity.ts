import { field, objectField, textOf } from '../../json-fields.js';
import type { JsonObject } from '../../read-json.js';

/** The activity in a body: the body itself, or what an author put in as `=turn.activity`. Null: a body of the author's own. */
export function activityIn(root: JsonObject): JsonObject | null {
  if (isActivity(root)) return root;
  const wrapped = objectField(root, 'activity');
  return wrapped !== null && isActivity(wrapped) ? wrapped : null;
}

function isActivity(object: JsonObject): boolean {
  return (
    textOf(field(object, 'type')) !== null &&
    textOf(field(object, 'channelId')) !== null &&
    objectField(object, 'from') !== null
  );
}
