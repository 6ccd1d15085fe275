import type { IncomingEvent } from '../events/incoming-event.js';
import { attributeKey } from '../profiles/attribute-key.js';
import { authoredEvent, type AuthoredSettings, subscriberIdentity } from './authored-event.js';
import { consentIn, readAuthorFields } from './author-fields.js';
import type { HookRequest } from './chat-platform.js';
import { idOf } from './json-fields.js';
import { isJsonObject, type JsonObject, type JsonValue } from './read-json.js';

export interface AuthoredBodySettings extends AuthoredSettings {
  readonly eventNames: Readonly<Record<string, string>>;
}

/** How a body that its author made is to be read. */
export interface AuthoredBody {
  readonly root: JsonObject;
  readonly notes: readonly string[];
  /** Names under which the person's id comes, by `attributeKey`; the first that has a value counts. */
  readonly idNames: readonly string[];
  /** Where no author's field and no address says it. */
  readonly channel: string | null;
  readonly properties?: IncomingEvent['properties'];
}

/** Objects in which authors put the person's fields, beside those of the event. */
const wrappers: ReadonlySet<string> = new Set(['contact', 'customer', 'user', 'subscriber', 'profile']);

/** One event of a body whose shape is its author's; null: it names nobody. */
export function readAuthoredBody(
  { root, notes, idNames, channel: given, properties = {} }: AuthoredBody,
  request: HookRequest,
  source: { readonly key: string; readonly settings: AuthoredBodySettings },
): IncomingEvent | null {
  const fields = fieldsOf(root);
  const author = readAuthorFields(fields, request, source.settings);
  const channel = author.channel ?? given;
  const others = author.others.filter(([name]) => !idNames.includes(attributeKey(name)));
  const consents = others.flatMap(([name, value]) => consentIn(name, value) ?? []);
  return authoredEvent(
    {
      author,
      subscribers: subscriberIdentity(source.key, 'contact', idIn(fields, idNames)),
      attributes: others.map(([label, value]) => ({ label, value })),
      consents,
      channel,
      text: author.text,
      properties,
      notes,
    },
    source.settings,
  );
}

/** The person's fields first: an id beside them is most often the event's. */
function fieldsOf(root: JsonObject): (readonly [string, JsonValue])[] {
  const entries = Object.entries(root);
  const wrapped = entries.flatMap(([name, value]) => (isWrapper(name, value) ? Object.entries(value) : []));
  return [...wrapped, ...entries.filter(([name, value]) => !isWrapper(name, value))];
}

const isWrapper = (name: string, value: JsonValue): value is JsonObject =>
  isJsonObject(value) && wrappers.has(attributeKey(name));

function idIn(fields: readonly (readonly [string, JsonValue])[], idNames: readonly string[]): string | null {
  const byName = new Map<string, string>();
  for (const [name, value] of fields) {
    const id = idOf(value);
    const key = attributeKey(name);
    if (id !== null && !byName.has(key)) byName.set(key, id);
  }
  return idNames.map((name) => byName.get(name)).find((id) => id !== undefined) ?? null;
}
