import { byContent } from '../../../events/dedupe.js';
import type { IncomingEvent } from '../../../events/incoming-event.js';
import type { Identity } from '../../../profiles/identity.js';
import { fromUnixSeconds } from '../../../profiles/moment.js';
import type { SourceContext } from '../../chat-platform.js';
import { UnreadableBodyError } from '../../chat-platform.js';
import { field, idOf, objectField, textOf } from '../../json-fields.js';
import { isJsonObject } from '../../read-json.js';
import type { JsonObject, JsonValue } from '../../read-json.js';
import type { LandbotSettings } from './settings.js';

/**
 * The APIchat webhook: what the bot or an agent answers to a conversation that another program holds. The customer's own
 * messages do not come this way, so nothing is learnt; the messages are kept.
 */
export function parseApiChat(
  root: JsonObject,
  messages: readonly JsonValue[],
  source: SourceContext<LandbotSettings>,
): IncomingEvent[] {
  const who = identities(objectField(root, 'customer') ?? {}, source.key);
  const senderType = textOf(field(objectField(root, 'agent') ?? {}, 'type'));
  return messages.filter(isJsonObject).map((message, index) => {
    const timestamp = field(message, 'timestamp');
    const messageType = textOf(field(message, 'type'));
    const event = {
      kind: 'message_out',
      name: 'message',
      occurredAt: typeof timestamp === 'number' ? fromUnixSeconds(timestamp) : null,
      channel: source.settings.channel === 'auto' ? null : source.settings.channel,
      identities: who,
      attributes: [],
      tagsAdded: [],
      tagsRemoved: [],
      consents: [],
      text: textOf(field(message, 'message')),
      properties: { ...(messageType === null ? {} : { messageType }), ...(senderType === null ? {} : { senderType }) },
      notes: [],
    } as const satisfies Omit<IncomingEvent, 'dedupe'>;
    const dedupe = byContent(event, [timestamp, messageType, field(message, 'url'), index], 0);
    // Its timestamp is part of the key and the same on every retry, so the key never has to be forgotten.
    return { ...event, dedupe: { ...dedupe, windowMs: null } };
  });
}

/** `token` is the id that the other program gave the customer. */
function identities(customer: JsonObject, sourceKey: string): Identity[] {
  const found: Identity[] = [];
  for (const [name, identifies] of [['id', 'contact'], ['token', 'token']] as const) {
    const value = idOf(field(customer, name));
    if (value !== null) found.push({ kind: 'subscriber', namespace: `${sourceKey}/${identifies}`, value });
  }
  if (found.length === 0) throw new UnreadableBodyError('customer.id is missing. Send the APIchat webhook unchanged.');
  return found;
} // prettier-ignore
