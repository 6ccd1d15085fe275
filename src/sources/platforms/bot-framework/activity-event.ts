import { collectAttributes, type RawAttribute } from '../../../events/collect-attributes.js';
import { byContent, byId } from '../../../events/dedupe.js';
import type { EventKind, IncomingEvent } from '../../../events/incoming-event.js';
import type { Identity } from '../../../profiles/identity.js';
import { parseMoment } from '../../../profiles/moment.js';
import { channelAttribute, subscriberIdentity } from '../../authored-event.js';
import { type AuthorFields, namedEvent, readAuthorFields } from '../../author-fields.js';
import { channelName } from '../../channel-name.js';
import { type HookRequest, type SourceContext, UnreadableBodyError } from '../../chat-platform.js';
import { field, idOf, objectField, textOf } from '../../json-fields.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../read-json.js';
import { splitConsents } from '../../split-consents.js';
import type { BotFrameworkSettings } from './settings.js';

/** Kinds of activities that are facts; typing and the like are none. */
const kinds: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ['message', 'message_in'],
  ['event', 'business_event'],
  ['invoke', 'business_event'],
  ['conversationUpdate', 'lifecycle'],
  ['messageReaction', 'lifecycle'],
  ['endOfConversation', 'lifecycle'],
  ['installationUpdate', 'lifecycle'],
  ['handoff', 'lifecycle'],
]);

/** The emulator and Web Chat's test pane in the portal. */
const testChannels: ReadonlySet<string> = new Set(['emulator', 'test']);

/** Channels of the Bot Framework that are called otherwise elsewhere. */
const channelNames: ReadonlyMap<string, string> = new Map([
  ['msteams', 'teams'],
  ['directline', 'web'],
  ['directlinespeech', 'web'],
  ['webchat', 'web'],
]);

/**
 * One activity, with what the author sent beside it. The person is who wrote, or (for what the bot wrote) whom it went to.
 * Empty: no fact, such as typing, or the echo of what the page itself has sent.
 */
export function activityEvents(
  activity: JsonObject,
  beside: readonly (readonly [string, JsonValue])[],
  request: HookRequest,
  { key, settings }: SourceContext<BotFrameworkSettings>,
): IncomingEvent[] {
  const type = textOf(field(activity, 'type')) ?? '';
  const fromBot = roleOf(activity, 'from') === 'bot';
  const told = textOf(field(activity, 'channelId')) ?? '';
  const kind = type === 'message' && fromBot ? 'message_out' : kinds.get(type);
  if (kind === undefined || isEcho(activity) || joinedOnly(activity, type)) return [];
  const who = identitiesOf(activity, personOf(activity, fromBot), told, key);

  const author = readAuthorFields([...beside, ...valueFields(activity, type)], request, settings);
  const { attributes: given, consents } = splitConsents(author.others.map(([label, value]) => ({ label, value })));
  const learns = kind !== 'message_out';
  const collected = collectAttributes(learns ? [...ownAttributes(activity), ...given] : [], settings);
  const channel = author.channel ?? channelOf(told, settings);
  const event = {
    ...kindAndName(kind, type, activity, author, settings, told),
    occurredAt: author.occurredAt ?? parseMoment(textOf(field(activity, 'timestamp')) ?? ''),
    channel,
    identities: [...who, ...collected.identities],
    attributes: [...collected.attributes, ...(learns ? channelAttribute(channel) : [])],
    tagsAdded: author.tagsAdded,
    tagsRemoved: author.tagsRemoved,
    consents: learns ? [...consents, ...author.consents] : [],
    text: textOf(field(activity, 'text')) ?? author.text,
    properties: { ...propertiesOf(activity, type), ...author.properties },
  };
  const id = author.eventId ?? activityId(activity);
  const dedupe =
    id === null ? byContent(event, [type], settings.dedupeWindowSeconds * 1_000) : byId(`${told}:${type}`, id);
  return [{ ...event, dedupe, notes: [...author.notes, ...collected.notes] }];
}

const roleOf = (activity: JsonObject, side: 'from' | 'recipient'): string | null =>
  textOf(field(objectField(activity, side) ?? {}, 'role'));

const personOf = (activity: JsonObject, fromBot: boolean): JsonObject =>
  objectField(activity, fromBot ? 'recipient' : 'from') ?? {};

/** What a page writes to its own people comes back as a message. */
function isEcho(activity: JsonObject): boolean {
  const message = objectField(objectField(activity, 'channelData') ?? {}, 'message') ?? {};
  return field(message, 'is_echo') === true;
}

/** Everybody who joins is told, the bot first of all. */
function joinedOnly(activity: JsonObject, type: string): boolean {
  if (type !== 'conversationUpdate') return false;
  const bot = idOf(field(objectField(activity, 'recipient') ?? {}, 'id'));
  const members = [...membersIn(activity, 'membersAdded'), ...membersIn(activity, 'membersRemoved')];
  return members.length > 0 && members.every((id) => id === bot);
}

function membersIn(activity: JsonObject, name: string): (string | null)[] {
  const members = field(activity, name);
  if (members === undefined || !isJsonArray(members)) return [];
  return members.filter(isJsonObject).map((member) => idOf(field(member, 'id')));
}

/** An id counts within its channel only; the directory's id is one for all of them. */
function identitiesOf(activity: JsonObject, person: JsonObject, told: string, sourceKey: string): Identity[] {
  const id = idOf(field(person, 'id'));
  const directory = idOf(field(person, 'aadObjectId'));
  const found = [...subscriberIdentity(sourceKey, told, id), ...subscriberIdentity(sourceKey, 'aad', directory)];
  if (found.length > 0) return found;
  const side = person === objectField(activity, 'recipient') ? 'recipient' : 'from';
  throw new UnreadableBodyError(`${side}.id is missing. Send the activity unchanged: "body": "=turn.activity".`);
}

function ownAttributes(activity: JsonObject): RawAttribute[] {
  const person = personOf(activity, false);
  return [
    { key: 'fullName', label: 'Name', value: field(person, 'name'), type: 'string' },
    { key: 'locale', label: 'Locale', value: field(activity, 'locale'), type: 'string' },
    { key: 'timezone', label: 'Time zone', value: field(activity, 'localTimezone'), type: 'string' },
  ];
}

/** What a form or a button sent, or an event carries. */
function valueFields(activity: JsonObject, type: string): (readonly [string, JsonValue])[] {
  const value = objectField(activity, 'value');
  return value === null || (type !== 'message' && type !== 'event') ? [] : Object.entries(value);
}

function channelOf(told: string, { channel }: BotFrameworkSettings): string | null {
  if (channel !== 'auto') return channel;
  return testChannels.has(told) ? null : (channelNames.get(told) ?? channelName(told));
}

function kindAndName(
  kind: EventKind,
  type: string,
  activity: JsonObject,
  author: AuthorFields,
  { eventNames, allowTestTraffic }: BotFrameworkSettings,
  told: string,
): Pick<IncomingEvent, 'kind' | 'name'> {
  const own = kind === 'business_event' ? namedEvent(textOf(field(activity, 'name')) ?? type, eventNames) : null;
  const named = author.event ?? own;
  const plain = { kind, name: kind === 'lifecycle' ? lifecycleName(type) : 'message' };
  const said = named === null || kind === 'message_out' ? plain : ({ kind: 'business_event', name: named } as const);
  return testChannels.has(told) && !allowTestTraffic ? { kind: 'test', name: said.name } : said;
}

/** `conversationUpdate` → `conversation_update`. */
const lifecycleName = (type: string): string => type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function propertiesOf(activity: JsonObject, type: string): Record<string, string> {
  const conversation = idOf(field(objectField(activity, 'conversation') ?? {}, 'id'));
  return { activityType: type, ...(conversation !== null && { conversation }) };
}

/** Unique within its conversation. */
function activityId(activity: JsonObject): string | null {
  const id = idOf(field(activity, 'id'));
  return id === null ? null : `${idOf(field(objectField(activity, 'conversation') ?? {}, 'id')) ?? ''}:${id}`;
}
