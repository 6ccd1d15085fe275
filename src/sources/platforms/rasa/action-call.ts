import { collectAttributes, type RawAttribute } from '../../../events/collect-attributes.js';
import { byContent, byId } from '../../../events/dedupe.js';
import type { IncomingEvent } from '../../../events/incoming-event.js';
import { channelAttribute } from '../../authored-event.js';
import { namedEvent, readAuthorFields } from '../../author-fields.js';
import type { HookRequest, SourceContext } from '../../chat-platform.js';
import { field, idOf, objectField, textOf } from '../../json-fields.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../read-json.js';
import { splitConsents } from '../../split-consents.js';
import { channelOf, isTest, momentOf, senderIdentities } from './sender.js';
import type { RasaSettings } from './settings.js';

/** The call of a custom action: the action is the event, the tracker's slots are what the assistant knows of the person. */
export function actionEvent(
  root: JsonObject,
  request: HookRequest,
  { key, settings }: SourceContext<RasaSettings>,
): IncomingEvent {
  const tracker = objectField(root, 'tracker') ?? {};
  const sender = senderIdentities(field(root, 'sender_id') ?? field(tracker, 'sender_id'), 'sender_id', key);
  const author = readAuthorFields([], request, settings);
  const { attributes: slots, consents } = splitConsents(slotAttributes(tracker, settings));
  const collected = collectAttributes(slots, settings);
  const message = lastUserMessage(tracker);
  const told = textOf(field(tracker, 'latest_input_channel')) ?? textOf(field(message, 'input_channel'));
  const channel = author.channel ?? channelOf(told, sender, settings);
  const action = textOf(field(root, 'next_action')) ?? 'action';
  const name = author.event ?? namedEvent(action.replace(/^action_(?=.)/, ''), settings.eventNames) ?? 'action';
  const latest = objectField(tracker, 'latest_message') ?? {};
  const event = {
    kind: isTest(told, { settings }) ? 'test' : 'business_event',
    name,
    occurredAt: momentOf(field(tracker, 'latest_event_time')),
    channel,
    identities: [...sender, ...collected.identities],
    attributes: [...collected.attributes, ...channelAttribute(channel)],
    tagsAdded: [],
    tagsRemoved: [],
    consents,
    text: textOf(field(latest, 'text')),
    properties: propertiesOf(action, latest),
  } as const satisfies Omit<IncomingEvent, 'dedupe' | 'notes'>;
  const id = idOf(field(message, 'message_id'));
  // Several actions can follow one message, and a form runs the same one again; each happens at a moment of its own.
  const clock = field(tracker, 'latest_event_time');
  const dedupe =
    id === null || typeof clock !== 'number'
      ? byContent(event, [clock ?? null], settings.dedupeWindowSeconds * 1_000)
      : byId('action', `${id}:${action}:${clock}`);
  return { ...event, dedupe, notes: collected.notes };
}

/** All slots of the domain are listed; null is one that is not set, which takes nothing back. */
function slotAttributes(tracker: JsonObject, { ignoredSlots }: RasaSettings): RawAttribute[] {
  const slots = Object.entries(objectField(tracker, 'slots') ?? {});
  return slots
    .filter(([name]) => !ignoredSlots.includes(name))
    .map(([label, value]: [string, JsonValue]) => ({ label, value }));
}

function lastUserMessage(tracker: JsonObject): JsonObject {
  const events = field(tracker, 'events');
  if (events === undefined || !isJsonArray(events)) return objectField(tracker, 'latest_message') ?? {};
  return events.filter(isJsonObject).findLast((event) => field(event, 'event') === 'user') ?? {};
}

function propertiesOf(action: string, latest: JsonObject): Record<string, string | number> {
  const intent = objectField(latest, 'intent') ?? {};
  const name = textOf(field(intent, 'name'));
  const confidence = field(intent, 'confidence');
  return {
    action,
    ...(name !== null && { intent: name }),
    ...(typeof confidence === 'number' && { confidence }),
  };
}
