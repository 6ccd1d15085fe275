import { collectAttributes, type RawAttribute } from '../events/collect-attributes.js';
import { byContent, byId } from '../events/dedupe.js';
import type { DedupeKey, IncomingAttribute, IncomingConsent, IncomingEvent } from '../events/incoming-event.js';
import type { Identity } from '../profiles/identity.js';
import { type AuthorFields, kindAndName } from './author-fields.js';

/** The settings that decide what becomes of an author's fields. */
export interface AuthoredSettings {
  readonly captions: Readonly<Record<string, string | null>>;
  readonly region: string | null;
  readonly timeZone: string | null;
  readonly dedupeWindowSeconds: number;
}

/** What a platform has found in a request whose body the flow's author made. */
export interface Authored {
  readonly author: AuthorFields;
  /** The platform's own ids of the person, the strongest first. */
  readonly subscribers: readonly Identity[];
  readonly attributes: readonly RawAttribute[];
  readonly consents: readonly IncomingConsent[];
  readonly channel: string | null;
  readonly text: string | null;
  readonly properties: IncomingEvent['properties'];
  /** Tell two facts with the same words apart, though they are no attributes: clocks, ids. */
  readonly clocks?: readonly unknown[];
  readonly notes: readonly string[];
}

/** One event of what an author sent; null: it names nobody. */
export function authoredEvent(found: Authored, settings: AuthoredSettings): IncomingEvent | null {
  const { author, channel } = found;
  const collected = collectAttributes(found.attributes, settings);
  const identities = [...found.subscribers, ...collected.identities];
  if (identities.length === 0) return null;
  const event = {
    ...kindAndName(author),
    occurredAt: author.occurredAt,
    channel,
    identities,
    attributes: [...collected.attributes, ...channelAttribute(channel)],
    tagsAdded: author.tagsAdded,
    tagsRemoved: author.tagsRemoved,
    consents: [...found.consents, ...author.consents],
    text: found.text,
    properties: { ...found.properties, ...author.properties },
  };
  const dedupe = author.eventId === null ? contentKey(event, found, settings) : idKey(found, author.eventId);
  return { ...event, dedupe, notes: [...found.notes, ...author.notes, ...collected.notes] };
}

const contentKey = (
  event: Omit<IncomingEvent, 'dedupe' | 'notes'>,
  { author, clocks = [] }: Authored,
  { dedupeWindowSeconds }: AuthoredSettings,
): DedupeKey => byContent(event, [...clocks, ...Object.entries(author.properties)], dedupeWindowSeconds * 1_000);

const idKey = ({ subscribers }: Authored, eventId: string): DedupeKey =>
  byId(subscribers[0]?.value ?? 'event', eventId);

export function channelAttribute(channel: string | null): IncomingAttribute[] {
  return channel === null ? [] : [{ key: 'channel', label: 'Channel', type: 'string', value: channel }];
}

/** A platform's own id of a person. `identifies` says of what, as one person can have several. */
export function subscriberIdentity(sourceKey: string, identifies: string, id: string | null): Identity[] {
  return id === null ? [] : [{ kind: 'subscriber', namespace: `${sourceKey}/${identifies}`, value: id }];
}
