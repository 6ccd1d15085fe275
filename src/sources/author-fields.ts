import { purposes } from '../consent/consent.js';
import type { Purpose } from '../consent/consent.js';
import { eventName } from '../events/event-name.js';
import type { EventKind, IncomingConsent } from '../events/incoming-event.js';
import { attributeKey } from '../profiles/attribute-key.js';
import { parseMoment } from '../profiles/moment.js';
import { isNoValue } from '../profiles/no-value.js';
import { ownValue } from '../profiles/own-value.js';
import type { HookRequest } from './chat-platform.js';
import { channelName } from './channel-name.js';
import { propertiesIn, type Properties } from './event-properties.js';
import { isJsonObject } from './read-json.js';
import type { JsonValue } from './read-json.js';
import { tagsOf, textOf } from './json-fields.js';

/** What the author of a flow says beside the contact's data, the same on every platform whose body the author writes. */
export interface AuthorFields {
  /** The business event's machine name; null: not said. */
  readonly event: string | null;
  /** The author's own id of this fact, for dedupe. */
  readonly eventId: string | null;
  readonly occurredAt: Date | null;
  readonly channel: string | null;
  readonly text: string | null;
  readonly tagsAdded: readonly string[];
  readonly tagsRemoved: readonly string[];
  readonly consents: readonly IncomingConsent[];
  /** Facts of the event alone, by their names. */
  readonly properties: Properties;
  /** Fields that mean nothing special: attributes, under their captions. */
  readonly others: readonly (readonly [caption: string, value: JsonValue])[];
  readonly notes: readonly string[];
}

type Role =
  'event' | 'eventId' | 'occurredAt' | 'channel' | 'text' | 'tagsAdded' | 'tagsRemoved' | 'consents' | Purpose;

/** By `attributeKey`, so `event_id`, `Event ID` and `eventId` are one. */
const roles: ReadonlyMap<string, Role> = new Map(
  Object.entries({
    event: ['event', 'eventName', 'evento'],
    eventId: ['eventId', 'idempotencyKey'],
    occurredAt: ['occurredAt', 'eventTime'],
    channel: ['channel', 'canal'],
    text: ['text', 'message', 'lastInputText', 'lastTextInput'],
    tagsAdded: ['tags', 'tagsAdded', 'addTags'],
    tagsRemoved: ['tagsRemoved', 'removeTags'],
    consents: ['consents'],
    email: ['consentEmail'],
    sms: ['consentSms'],
    whatsapp: ['consentWhatsapp'],
  } satisfies Record<Role, readonly string[]>).flatMap(([role, names]) =>
    names.map((name) => [name, role as Role] as const),
  ),
);

const consentWords = {
  granted: new Set(['true', 'yes', '1', 'granted', 'opted_in', 'subscribed']),
  /** Not `false`: a box that was never ticked is no withdrawal. */
  revoked: new Set(['revoked', 'withdrawn', 'opted_out', 'unsubscribed']),
} as const;

export interface AuthorSettings {
  /** In which a time without a zone is read. */
  readonly timeZone: string | null;
  /** Name of an event as the platform sends it → its name here. */
  readonly eventNames: Readonly<Record<string, string>>;
}

/** Reads the author's fields from a body, then from the query (`?event=order_placed`), then the caller's `Idempotency-Key`. */
export function readAuthorFields(
  fields: Iterable<readonly [string, JsonValue]>,
  request: Pick<HookRequest, 'headers' | 'query'>,
  { timeZone, eventNames }: AuthorSettings,
): AuthorFields {
  const said = new Map<Role, { readonly caption: string; readonly value: JsonValue }>();
  const tags = { tagsAdded: [] as string[], tagsRemoved: [] as string[] };
  const others: [string, JsonValue][] = [];
  const notes: string[] = [];
  let properties: Properties = {};
  for (const [caption, value] of [...fields, ...flatInQuery(request)]) {
    const facts = propertiesIn(caption, value);
    if (facts !== undefined) {
      properties = { ...properties, ...facts };
      continue;
    }
    const role = roles.get(attributeKey(caption));
    const first = role === undefined ? undefined : said.get(role);
    if (role === undefined || (isJsonObject(value) && role !== 'consents')) others.push([caption, value]);
    else if (isNoValue(value)) continue;
    else if (role === 'tagsAdded' || role === 'tagsRemoved') tags[role].push(...tagsOf(value));
    else if (first === undefined) said.set(role, { caption, value });
    else if (textOf(first.value) !== textOf(value))
      notes.push(`"${first.caption}" and "${caption}" mean the same thing (${role}): the first counts.`);
  }
  const text = (role: Role) => textOf(said.get(role)?.value);
  const when = parseMoment(text('occurredAt') ?? '', timeZone ?? undefined);
  if (said.has('occurredAt') && when === null) notes.push('The time of the event could not be read: it counts as now.');
  return {
    event: namedEvent(text('event') ?? textOf(request.query.event) ?? '', eventNames),
    eventId: text('eventId') ?? textOf(request.query.event_id) ?? textOf(request.headers['idempotency-key']),
    occurredAt: when,
    channel: channelName(text('channel') ?? textOf(request.query.channel) ?? ''),
    text: text('text'),
    tagsAdded: [...new Set(tags.tagsAdded)],
    tagsRemoved: [...new Set(tags.tagsRemoved)],
    consents: purposes.flatMap((purpose) => consentOf(purpose, said)),
    properties,
    others,
    notes,
  };
}

/** The address may say them too: `?event=order_placed&event.amount=49.90`. */
const flatInQuery = ({ query }: Pick<HookRequest, 'query'>): (readonly [string, JsonValue])[] =>
  Object.entries(query).flatMap(([name, value]) =>
    value !== undefined && /^event\./i.test(name) ? [[name, value] as const] : [],
  );

/** An event's name here: what the source's settings say, else a machine name of what was typed. */
export function namedEvent(typed: string, eventNames: AuthorSettings['eventNames']): string | null {
  const name = eventName(typed);
  return ownValue(eventNames, typed.trim()) ?? (name === null ? null : (ownValue(eventNames, name) ?? name));
}

const reserved: ReadonlyMap<string, EventKind> = new Map([
  ['message', 'message_in'],
  ['contact', 'contact_snapshot'],
  ['test', 'test'],
]);

/** What kind of event the author's fields make, and its name. */
export function kindAndName({ event, text }: Pick<AuthorFields, 'event' | 'text'>): { kind: EventKind; name: string } {
  const name = event ?? (text === null ? 'contact' : 'message');
  const kind = reserved.get(name.toLowerCase());
  return kind === undefined ? { kind: 'business_event', name } : { kind, name: name.toLowerCase() };
}

function consentOf(
  purpose: Purpose,
  said: ReadonlyMap<Role, { caption: string; value: JsonValue }>,
): IncomingConsent[] {
  const all = said.get('consents')?.value;
  const inList =
    isJsonObject(all) && Object.hasOwn(all, purpose) ? { caption: `consents.${purpose}`, value: all[purpose] } : null;
  const { caption, value } = said.get(purpose) ?? inList ?? { caption: purpose, value: null };
  return stated(purpose, caption, value);
}

function stated(purpose: Purpose, caption: string, value: JsonValue | undefined): IncomingConsent[] {
  const status = consentStatus(value);
  return status === null ? [] : [{ purpose, status, evidence: `${caption}: ${textOf(value) ?? ''}`, field: caption }];
}

/** What a value says about consent; null: nothing, and `false` says nothing. */
export function consentStatus(value: JsonValue | undefined): 'granted' | 'revoked' | null {
  const word = textOf(value)?.toLowerCase() ?? '';
  if (consentWords.granted.has(word)) return 'granted';
  return consentWords.revoked.has(word) ? 'revoked' : null;
}

/**
 * Consent that a field named like `consent_email` gives or takes back, on platforms where the bot's variables are just fields.
 * Undefined: the field is not about consent; empty: it is, and says nothing.
 */
export function consentIn(caption: string, value: JsonValue): IncomingConsent[] | undefined {
  const role = roles.get(attributeKey(caption));
  const purpose = purposes.find((each) => each === role);
  return purpose === undefined ? undefined : stated(purpose, caption, value);
}
