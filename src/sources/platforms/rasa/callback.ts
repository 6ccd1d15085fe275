import { byContent } from '../../../events/dedupe.js';
import type { IncomingEvent } from '../../../events/incoming-event.js';
import type { SourceContext } from '../../chat-platform.js';
import { field, textOf } from '../../json-fields.js';
import type { JsonObject } from '../../read-json.js';
import { channelOf, senderIdentities } from './sender.js';
import type { RasaSettings } from './settings.js';

/** What the assistant says through the callback channel: kept, and nothing a profile learns from. */
export function callbackEvent(root: JsonObject, { key, settings }: SourceContext<RasaSettings>): IncomingEvent[] {
  const identities = senderIdentities(field(root, 'recipient_id'), 'recipient_id', key);
  const event = {
    kind: 'message_out',
    name: 'message',
    occurredAt: null,
    channel: channelOf(null, identities, settings),
    identities,
    attributes: [],
    tagsAdded: [],
    tagsRemoved: [],
    consents: [],
    text: textOf(field(root, 'text')),
    properties: {},
  } as const satisfies Omit<IncomingEvent, 'dedupe' | 'notes'>;
  const parts = [field(root, 'image') ?? null, JSON.stringify(field(root, 'buttons') ?? null)];
  // Rasa never repeats such a call, and an assistant may say the same twice.
  return [{ ...event, dedupe: byContent(event, parts, settings.dedupeWindowSeconds * 1_000), notes: [] }];
}
