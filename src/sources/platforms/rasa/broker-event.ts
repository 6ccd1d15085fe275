import { collectAttributes, type CollectedAttributes } from '../../../events/collect-attributes.js';
import { byContent, byId } from '../../../events/dedupe.js';
import type { EventKind, IncomingConsent, IncomingEvent } from '../../../events/incoming-event.js';
import { channelAttribute } from '../../authored-event.js';
import { channelName } from '../../channel-name.js';
import type { HookRequest, SourceContext } from '../../chat-platform.js';
import { field, idOf, objectField, textOf } from '../../json-fields.js';
import type { JsonObject } from '../../read-json.js';
import { splitConsents } from '../../split-consents.js';
import { channelOf, isTest, momentOf, senderIdentities } from './sender.js';
import type { RasaSettings } from './settings.js';

/** Which of a tracker's events are facts, and of what kind. All others are how the assistant thinks. */
const kinds: ReadonlyMap<string, { readonly kind: EventKind; readonly name: string }> = new Map([
  ['user', { kind: 'message_in', name: 'message' }],
  ['bot', { kind: 'message_out', name: 'message' }],
  ['slot', { kind: 'contact_snapshot', name: 'contact' }],
  ['session_started', { kind: 'lifecycle', name: 'session_started' }],
  ['restart', { kind: 'lifecycle', name: 'restart' }],
  ['pause', { kind: 'lifecycle', name: 'pause' }],
  ['resume', { kind: 'lifecycle', name: 'resume' }],
]);

/** One event of the event broker, as a relay posts it. They may come in any order; each has its own time. */
export function brokerEvents(
  root: JsonObject,
  { query }: HookRequest,
  { key, settings }: SourceContext<RasaSettings>,
): IncomingEvent[] {
  const type = textOf(field(root, 'event')) ?? '';
  const fact = kinds.get(type);
  if (fact === undefined) return [];
  const sender = senderIdentities(field(root, 'sender_id'), 'sender_id', key);
  const learnt = type === 'slot' ? slotValue(root, settings) : nothingLearnt;
  if (type === 'slot' && learnt.attributes.length + learnt.consents.length === 0) return [];
  const told = textOf(field(root, 'input_channel'));
  const fromRoute = channelName(query.channel ?? '');
  const channel = type === 'user' ? (fromRoute ?? channelOf(told, sender, settings)) : null;
  const intent = textOf(field(objectField(objectField(root, 'parse_data') ?? {}, 'intent') ?? {}, 'name'));
  const event = {
    ...(isTest(told, { settings }) ? { kind: 'test' as const, name: fact.name } : fact),
    occurredAt: momentOf(field(root, 'timestamp')),
    channel,
    identities: [...sender, ...learnt.identities],
    attributes: [...learnt.attributes, ...channelAttribute(channel)],
    tagsAdded: [],
    tagsRemoved: [],
    consents: learnt.consents,
    text: textOf(field(root, 'text')),
    properties: { ...(intent !== null && { intent }) },
  };
  const id = idOf(field(root, 'message_id'));
  const clock = field(root, 'timestamp');
  const content = byContent(event, [type, clock ?? null], settings.dedupeWindowSeconds * 1_000);
  // With its time the fact is told apart from every other one for good.
  const unique = typeof clock === 'number' ? { ...content, windowMs: null } : content;
  return [{ ...event, dedupe: id === null ? unique : byId(type, id), notes: learnt.notes }];
}

interface Learnt extends CollectedAttributes {
  readonly consents: readonly IncomingConsent[];
}
const nothingLearnt: Learnt = { attributes: [], identities: [], consents: [], notes: [] };

function slotValue(root: JsonObject, settings: RasaSettings): Learnt {
  const label = textOf(field(root, 'name'));
  if (label === null || settings.ignoredSlots.includes(label)) return nothingLearnt;
  const { attributes, consents } = splitConsents([{ label, value: field(root, 'value') }]);
  return { ...collectAttributes(attributes, settings), consents };
}
