import type { RawAttribute } from '../../../events/collect-attributes.js';
import type { IncomingConsent } from '../../../events/incoming-event.js';
import type { Identity } from '../../../profiles/identity.js';
import { subscriberIdentity } from '../../authored-event.js';
import { firstKnown } from '../../google-values.js';
import { field, idOf, objectField, textOf } from '../../json-fields.js';
import { isJsonArray, isJsonObject, type JsonObject } from '../../read-json.js';
import { splitConsents } from '../../split-consents.js';

/** Parameters with which Dialogflow's own integrations tell who writes. */
const contactParameters = { facebook_sender_id: 'messenger', telegram_chat_id: 'telegram' } as const;

/**
 * What this turn and the contexts that are open know of the person. This turn counts first; our own context only holds what we have answered
 * ourselves, perhaps many turns ago.
 */
export function turnParameters(
  result: JsonObject,
  ownContext: string,
): { attributes: RawAttribute[]; consents: IncomingConsent[] } {
  const others = contextsOf(result).filter((context) => !isNamed(context, ownContext));
  const places = [result, ...others].map((place) => objectField(place, 'parameters') ?? {});
  return splitConsents(firstKnown(places).filter(({ label }) => !Object.hasOwn(contactParameters, label)));
}

/** Who writes, where an integration has put it into a context. */
export function contextContact(result: JsonObject, sourceKey: string): Identity[] {
  for (const context of contextsOf(result))
    for (const [name, identifies] of Object.entries(contactParameters)) {
      const id = idOf(field(objectField(context, 'parameters') ?? {}, name));
      if (id !== null) return subscriberIdentity(sourceKey, identifies, id);
    }
  return [];
}

/** `__system_counters__` counts misunderstandings. */
function contextsOf(result: JsonObject): JsonObject[] {
  const contexts = field(result, 'outputContexts');
  if (contexts === undefined || !isJsonArray(contexts)) return [];
  return contexts.filter(isJsonObject).filter((context) => !isNamed(context, '__system_counters__'));
}

/** Dialogflow writes contexts' names in lower case. */
const isNamed = (context: JsonObject, name: string): boolean =>
  textOf(field(context, 'name'))?.toLowerCase().endsWith(`/contexts/${name.toLowerCase()}`) ?? false;
