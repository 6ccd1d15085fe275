import type { IncomingEvent } from '../../../events/incoming-event.js';
import { authoredEvent, subscriberIdentity } from '../../authored-event.js';
import { readAuthorFields } from '../../author-fields.js';
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
  const body = readBody(request);
  const contact = readContact(body, key);
  const author = readAuthorFields([...body.beside, ...contact.others], request, settings);
  const { id, note } = contactId(body);
  const ownFields = author.others.filter(([name]) => !isIdField(name)).map(([label, value]) => ({ label, value }));
  const event = authoredEvent(
    {
      author,
      subscribers: [...subscriberIdentity(key, 'contact', id), ...contact.identities],
      attributes: [...contact.attributes, ...ownFields],
      consents: contact.consents,
      channel: author.channel ?? (settings.channel === 'auto' ? inferChannel(body.contact, id) : settings.channel),
      text: author.text ?? textOf(field(body.contact, 'last_input_text')),
      properties: contact.properties,
      clocks: clocks(body),
      notes: note === null ? body.notes : [note, ...body.notes],
    },
    settings,
  );
  if (event === null) throw nobody();
  return [event];
}

function isIdField(name: string): boolean {
  return name === 'contact_id' || name === 'subscriber_id' || name === 'manychat_id' || name === 'user_id';
}

/** They are no attributes, but they tell two messages with the same words apart. */
function clocks({ contact }: ManychatBody): unknown[] {
  return [field(contact, 'last_interaction') ?? null, field(contact, 'ig_last_interaction') ?? null];
}
