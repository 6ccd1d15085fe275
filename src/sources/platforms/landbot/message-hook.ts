import { collectAttributes } from '../../../events/collect-attributes.js';
import { byContent } from '../../../events/dedupe.js';
import type { DedupeKey, IncomingEvent } from '../../../events/incoming-event.js';
import type { Identity } from '../../../profiles/identity.js';
import { fromUnixSeconds } from '../../../profiles/moment.js';
import { channelAttribute } from '../../authored-event.js';
import { channelName } from '../../channel-name.js';
import type { HookRequest, SourceContext } from '../../chat-platform.js';
import { UnreadableBodyError } from '../../chat-platform.js';
import { field, idOf, objectField, textOf } from '../../json-fields.js';
import { isJsonObject } from '../../read-json.js';
import type { JsonObject, JsonValue } from '../../read-json.js';
import { readCustomer } from './read-customer.js';
import type { LandbotSettings } from './settings.js';

/**
 * The MessageHook: every message of a channel, from whomever. What a bot or an agent says is kept apart and teaches the
 * profile nothing; the customer's own message carries what Landbot knows of the customer.
 */
export function parseMessageHook(
  messages: readonly JsonValue[],
  request: HookRequest,
  source: SourceContext<LandbotSettings>,
): IncomingEvent[] {
  return messages.flatMap((message, index) => {
    if (!isJsonObject(message))
      throw new UnreadableBodyError(`messages[${index}] is not an object. Send the MessageHook unchanged.`);
    return eventsOf(message, index, request, source);
  });
}

function eventsOf(
  message: JsonObject,
  index: number,
  request: HookRequest,
  source: SourceContext<LandbotSettings>,
): IncomingEvent[] {
  const { key: sourceKey, settings } = source;
  const customer = objectField(message, 'customer') ?? {};
  const channel =
    channelName(request.query.channel ?? '') ??
    channelOf(message) ??
    (settings.channel === 'auto' ? null : settings.channel);
  const who = subscriber(sourceKey, customer, index);
  const dedupe = dedupeOf(message, index, request, who);
  const said = { ...emptyEvent(message, who), channel, dedupe };
  const fromCustomer = senderType(message) === 'customer';
  if (!fromCustomer && !settings.learnFromBotMessages) return [said];

  const { attributes: raw, consents, properties } = readCustomer(Object.entries(customer), channel);
  const collected = collectAttributes(raw, settings);
  const learnt = {
    identities: [...who, ...collected.identities],
    attributes: [...collected.attributes, ...channelAttribute(channel)],
    consents,
    notes: [...said.notes, ...collected.notes],
  };
  if (fromCustomer)
    return [{ ...said, ...learnt, kind: 'message_in', properties: { ...said.properties, ...properties } }];
  const snapshot = { ...said, ...learnt, kind: 'contact_snapshot', name: 'contact', text: null, properties } as const;
  return [said, { ...snapshot, dedupe: { ...dedupe, key: `contact:${dedupe.key}` } }];
}

/** The message alone, as nothing that a profile learns from. */
function emptyEvent(message: JsonObject, who: readonly Identity[]): Omit<IncomingEvent, 'channel' | 'dedupe'> {
  const timestamp = field(message, 'timestamp');
  const occurredAt = typeof timestamp === 'number' ? fromUnixSeconds(timestamp) : null;
  const data = objectField(message, 'data') ?? {};
  return {
    kind: 'message_out',
    name: 'message',
    occurredAt,
    identities: who,
    attributes: [],
    tagsAdded: [],
    tagsRemoved: [],
    consents: [],
    text: textOf(field(data, 'body')),
    properties: messageProperties(message),
    notes: occurredAt === null ? ['The message has no readable timestamp: it counts as now.'] : [],
  };
}

function messageProperties(message: JsonObject): Record<string, string> {
  const sender = objectField(message, 'sender') ?? {};
  const properties = {
    messageType: textOf(field(message, 'type')),
    senderType: senderType(message),
    senderId: senderType(message) === 'customer' ? null : idOf(field(sender, 'id')),
    landbotChannelId: idOf(field(objectField(message, 'channel') ?? {}, 'id')),
  };
  return Object.fromEntries(Object.entries(properties).filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The raw message calls the customer `user`. */
function senderType(message: JsonObject): string | null {
  const type =
    textOf(field(objectField(message, 'sender') ?? {}, 'type')) ??
    textOf(field(objectField(message, '_raw') ?? {}, 'author_type'));
  return type === 'user' ? 'customer' : type;
}

function channelOf(message: JsonObject): string | null {
  return channelName(textOf(field(objectField(message, 'channel') ?? {}, 'type')) ?? '');
}

/** `_raw.chat` looks like an id of the contact and is not. */
function subscriber(sourceKey: string, customer: JsonObject, index: number): [Identity] {
  const id = idOf(field(customer, 'id'));
  if (id === null)
    throw new UnreadableBodyError(`messages[${index}].customer.id is missing. Send the MessageHook unchanged.`);
  return [{ kind: 'subscriber', namespace: `${sourceKey}/contact`, value: id }];
}

/** The message's own id; the hook repeats a delivery with the same one. */
function dedupeOf(message: JsonObject, index: number, request: HookRequest, who: readonly Identity[]): DedupeKey {
  const uuid = idOf(field(objectField(message, '_raw') ?? {}, 'uuid'));
  if (uuid !== null) return { key: `message:${uuid}`, windowMs: null };
  const trace = idOf(request.headers['sentry-trace']);
  if (trace !== null) return { key: `trace:${trace}:${index}`, windowMs: null };
  const { key } = byContent(
    { ...emptyEvent(message, who), channel: null },
    [field(message, 'timestamp'), JSON.stringify(field(message, 'data') ?? null), index],
    0,
  );
  return { key, windowMs: null };
}
