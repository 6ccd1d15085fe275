import type { IncomingEvent } from '../../../events/incoming-event.js';
import { type ChatPlatform, type HookRequest, type SourceContext, UnreadableBodyError } from '../../chat-platform.js';
import { field, objectField, textOf } from '../../json-fields.js';
import { type Proof, sharedSecret } from '../../proof.js';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../read-json.js';
import { readRequest } from '../../read-request.js';
import { actionEvent } from './action-call.js';
import { brokerEvents } from './broker-event.js';
import { callbackEvent } from './callback.js';
import { neutralReply, reply } from './reply.js';
import { type RasaSettings, rasaSettings } from './settings.js';

const advice = 'Send Rasa’s call of a custom action, or the events of its event broker, unchanged.';

/**
 * Three senders of Rasa, told apart by shape: the call of a custom action, events that a relay takes from the event broker, and the bot's
 * messages of the callback channel.
 */
export const rasa: ChatPlatform<RasaSettings> = {
  id: 'rasa',
  title: 'Rasa',
  settings: rasaSettings,
  // Rasa itself waits five minutes, but it locks the conversation for one, and a person waits for neither.
  replyDeadlineMs: 10_000,
  presentedProof,
  parse,
  reply: (decision, { settings }, exchange) => reply(decision, settings, exchange),
  neutralReply,
};

function presentedProof(request: HookRequest, { settings }: SourceContext<RasaSettings>): Proof {
  return settings.authentication === 'address' ? { kind: 'none' } : sharedSecret(request, settings);
}

function parse(request: HookRequest, source: SourceContext<RasaSettings>): readonly IncomingEvent[] {
  const { root } = readRequest(request, advice);
  const bodies: readonly JsonValue[] = isJsonArray(root) ? root : [root];
  return bodies.flatMap((body, at) => {
    if (!isJsonObject(body)) throw new UnreadableBodyError(`Entry ${at + 1} of the body is no object. ${advice}`);
    return eventsOf(body, request, source);
  });
}

function eventsOf(body: JsonObject, request: HookRequest, source: SourceContext<RasaSettings>): IncomingEvent[] {
  if (objectField(body, 'tracker') !== null) return [actionEvent(body, request, source)];
  if (textOf(field(body, 'event')) !== null) return brokerEvents(body, request, source);
  if (field(body, 'recipient_id') !== undefined) return callbackEvent(body, source);
  throw new UnreadableBodyError(`The body has neither tracker nor event nor recipient_id. ${advice}`);
}
