import { attributeKey } from '../../../profiles/attribute-key.js';
import { UnreadableBodyError } from '../../chat-platform.js';
import type { HookRequest } from '../../chat-platform.js';
import { field, idOf, textOf } from '../../json-fields.js';
import { isJsonObject } from '../../read-json.js';
import type { JsonObject, JsonValue } from '../../read-json.js';
import { readObject } from '../../read-request.js';

/** A body, taken apart: the contact as ManyChat describes it, and what the flow's author put beside it. */
export interface ManychatBody {
  /** The whole body where nothing wraps the contact. */
  readonly contact: JsonObject;
  /** Full Contact Data or the API's answer, not fields that an author typed one by one. */
  readonly isFullContact: boolean;
  readonly beside: readonly (readonly [string, JsonValue])[];
  readonly notes: readonly string[];
}

const advice =
  'In ManyChat, switch on "Encode to JSON" for every text variable in the body and let it stand without quotes, or send "Full Contact Data".';

const wrappers = new Set(['data', 'fullData', 'subscriber', 'contact', 'fullContactData', 'contactData', 'user']);
const idFields = ['id', 'contact_id', 'subscriber_id', 'manychat_id', 'user_id'];

/**
 * The body styles met in practice: Full Contact Data alone; wrapped (`{"data": …, "event": …}`); typed by hand
 * (`{"contact_id": …, "channel": …}`); and the answer of the API's `getInfo`.
 *
 * @throws UnreadableBodyError
 */
export function readBody(request: HookRequest): ManychatBody {
  const { root, notes } = readObject(request, advice);
  for (const [name, value] of isFullContact(root) ? [] : Object.entries(root)) {
    if (!wrappers.has(attributeKey(name)) || !isJsonObject(value) || !describesContact(value)) continue;
    const beside = Object.entries(root).filter(
      ([other, said]) => other !== name && !(other === 'status' && said === 'success'),
    );
    return { contact: value, isFullContact: isFullContact(value), beside, notes };
  }
  return { contact: root, isFullContact: isFullContact(root), beside: [], notes };
}

function describesContact(object: JsonObject): boolean {
  return isFullContact(object) || idFields.some((name) => idOf(field(object, name)) !== null);
}

function isFullContact(object: JsonObject): boolean {
  return Object.hasOwn(object, 'custom_fields') || keyId(object) !== null;
}

/** The id within `"user:1600000001"`: it is always text, so it never lost a digit on its way through the author's tools. */
function keyId(contact: JsonObject): string | null {
  return /^user:(\S+)$/.exec(textOf(field(contact, 'key')) ?? '')?.[1] ?? null;
}

/** The contact's id; `key` wins over `id`, and a note says so where they differ. */
export function contactId(body: ManychatBody): { readonly id: string | null; readonly note: string | null } {
  const beside = new Map(body.beside);
  const given = idFields.map((name) => idOf(field(body.contact, name))).find((id) => id !== null);
  const id = given ?? idFields.slice(1).map((name) => idOf(beside.get(name))).find((each) => each !== null) ?? null; // prettier-ignore
  const fromKey = keyId(body.contact);
  if (fromKey === null || fromKey === id || id === null) return { id: fromKey ?? id, note: null };
  return { id: fromKey, note: `The contact's id ${id} and key user:${fromKey} differ: the key was used.` };
}

/** What to say when nothing in the body tells whose it is. */
export function nobody(): UnreadableBodyError {
  return new UnreadableBodyError(
    'The body names nobody: no id, key, contact_id or subscriber_id, no e-mail address, no phone number. Send "Full Contact Data", or add "contact_id": {{user_id}}.',
  );
}
