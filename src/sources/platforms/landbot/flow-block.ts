import { collectAttributes } from '../../../events/collect-attributes.js';
import { byContent, byId } from '../../../events/dedupe.js';
import type { IncomingEvent } from '../../../events/incoming-event.js';
import { attributeKey } from '../../../profiles/attribute-key.js';
import type { Identity } from '../../../profiles/identity.js';
import { isUnrenderedVariable } from '../../../profiles/no-value.js';
import { kindAndName, readAuthorFields } from '../../author-fields.js';
import type { HookRequest, SourceContext } from '../../chat-platform.js';
import { UnreadableBodyError } from '../../chat-platform.js';
import { idOf, objectField } from '../../json-fields.js';
import type { JsonObject, JsonValue } from '../../read-json.js';
import { channelAttribute } from './message-hook.js';
import { readCustomer } from './read-customer.js';
import type { LandbotSettings } from './settings.js';

type Field = readonly [name: string, value: JsonValue];

/** Names under which authors send the system variable `id`; by `attributeKey`. The first that has a value counts. */
const idNames = ['customerId', 'landbotCustomerId', 'id', 'userId'];

/** The Webhook block of a flow: a body that its author typed, with `@variables` in it. */
export function parseFlowBlock(
  root: JsonObject,
  request: HookRequest,
  source: SourceContext<LandbotSettings>,
): IncomingEvent[] {
  const { key: sourceKey, settings } = source;
  const fields = fieldsOf(root, settings.atSignMeansEmpty);
  const author = readAuthorFields(fields, request, settings.timeZone);
  const id = contactId(fields);
  const channel = author.channel ?? (settings.channel === 'auto' ? null : settings.channel);
  const ownFields = author.others.filter(([name]) => !idNames.includes(attributeKey(name)));
  const { attributes: raw, consents, properties } = readCustomer(ownFields, channel);
  const collected = collectAttributes(raw, settings);
  const identities = [...subscriber(sourceKey, id), ...collected.identities];
  if (identities.length === 0) {
    throw new UnreadableBodyError(
      'The body names nobody: no customer_id, no e-mail address, no phone number. Add "customer_id": "@id" to the Webhook block’s body.',
    );
  }
  const event = {
    ...kindAndName(author),
    occurredAt: author.occurredAt,
    channel,
    identities,
    attributes: [...collected.attributes, ...channelAttribute(channel)],
    tagsAdded: author.tagsAdded,
    tagsRemoved: author.tagsRemoved,
    consents: [...consents, ...author.consents],
    text: author.text,
    properties,
  };
  const dedupe =
    author.eventId === null
      ? byContent(event, [], settings.dedupeWindowSeconds * 1_000)
      : byId(id ?? 'event', author.eventId);
  return [{ ...event, dedupe, notes: [...author.notes, ...collected.notes] }];
}

/** The author's fields, with those of a `customer` object (if the author made one) beside them. */
function fieldsOf(root: JsonObject, atSignMeansEmpty: boolean): Field[] {
  const customer = objectField(root, 'customer');
  const own = Object.entries(root).filter(([name]) => customer === null || name !== 'customer');
  const all = [...own, ...Object.entries(customer ?? {})];
  return atSignMeansEmpty ? all.filter(([, value]) => !isUnrenderedVariable(value)) : all;
}

function contactId(fields: readonly Field[]): string | null {
  const byName = new Map(fields.map(([name, value]) => [attributeKey(name), idOf(value)]));
  return idNames.map((name) => byName.get(name) ?? null).find((id) => id !== null) ?? null;
}

function subscriber(sourceKey: string, id: string | null): Identity[] {
  return id === null ? [] : [{ kind: 'subscriber', namespace: `${sourceKey}/contact`, value: id }];
}
