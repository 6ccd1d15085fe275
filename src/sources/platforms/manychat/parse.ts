import { collectAttributes } from '../../../events/collect-attributes.js';
import { byContent, byId } from '../../../events/dedupe.js';
import type { IncomingAttribute, IncomingEvent } from '../../../events/incoming-event.js';
import type { Identity } from '../../../profiles/identity.js';
import { kindAndName, readAuthorFields } from '../../author-fields.js';
import type { HookRequest, SourceContext } from '../../chat-platform.js';
import { field, textOf } from '../../json-fields.js';
import { inferChannel } from './channel.js';
import { contactId, nobody, readBody } from './read-body.js';
import type { ManychatBody } from './read-body.js';
import { readContact } from './read-contact.js';
import type { ManychatSettings } from './settings.js';

/**
 * One request of a flow as one event. ManyChat says neither what happened nor when: without the author's `event` it is a
 * snapshot of the contact, and without `occurred_at` it counts as now (its `last_interaction` may be days old).
 */
export function parse(request: HookRequest, source: SourceContext<ManychatSettings>): readonly IncomingEvent[] {
  const { key, settings } = source;
  const body = readBody(request.body);
  const contact = readContact(body, key);
  const author = readAuthorFields([...body.beside, ...contact.others], request, settings.timeZone);
  const { id, note } = contactId(body);
  const channel = author.channel ?? (settings.channel === 'auto' ? inferChannel(body.contact, id) : settings.channel);
  const ownFields = author.others.filter(([name]) => !isIdField(name)).map(([label, value]) => ({ label, value }));
  const collected = collectAttributes([...contact.attributes, ...ownFields], settings);
  const identities = [...subscriber(key, id), ...contact.identities, ...collected.identities];
  if (identities.length === 0) throw nobody();

  const event = {
    ...kindAndName(author),
    occurredAt: author.occurredAt,
    channel,
    identities,
    attributes: [...collected.attributes, ...channelAttribute(channel)],
    tagsAdded: author.tagsAdded,
    tagsRemoved: author.tagsRemoved,
    consents: [...contact.consents, ...author.consents],
    text: author.text ?? textOf(field(body.contact, 'last_input_text')),
    properties: contact.properties,
  };
  const dedupe =
    author.eventId === null
      ? byContent(event, clocks(body), settings.dedupeWindowSeconds * 1_000)
      : byId(id ?? 'event', author.eventId);
  return [{ ...event, dedupe, notes: [...(note === null ? [] : [note]), ...author.notes, ...collected.notes] }];
}

function subscriber(sourceKey: string, id: string | null): Identity[] {
  return id === null ? [] : [{ kind: 'subscriber', namespace: `${sourceKey}/contact`, value: id }];
}

function channelAttribute(channel: string | null): IncomingAttribute[] {
  return channel === null ? [] : [{ key: 'channel', label: 'Channel', type: 'string', value: channel }];
}

function isIdField(name: string): boolean {
  return name === 'contact_id' || name === 'subscriber_id' || name === 'manychat_id' || name === 'user_id';
}

/** They are no attributes, but they tell two messages with the same words apart. */
function clocks({ contact }: ManychatBody): unknown[] {
  return [field(contact, 'last_interaction') ?? null, field(contact, 'ig_last_interaction') ?? null];
}
