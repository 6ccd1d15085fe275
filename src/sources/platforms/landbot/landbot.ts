import type { IncomingEvent } from '../../../events/incoming-event.js';
import type { ChatPlatform, HookRequest, SourceContext } from '../../chat-platform.js';
import { flatReply } from '../../flat-reply.js';
import { field, objectField } from '../../json-fields.js';
import { sharedSecret } from '../../proof.js';
import { isJsonArray } from '../../read-json.js';
import { readObject } from '../../read-request.js';
import { parseApiChat } from './api-chat.js';
import { parseFlowBlock } from './flow-block.js';
import { parseMessageHook } from './message-hook.js';
import { landbotSettings } from './settings.js';
import type { LandbotSettings } from './settings.js';

const advice =
  'In a Webhook block, put every @variable of the body between double quotes, and press "Test the request".';

/**
 * Three senders of Landbot, told apart by shape: the MessageHook, the APIchat webhook (its `channel` has no type), and the
 * Webhook block of a flow, whose body its author typed. None is signed; the first two ignore the answer's body.
 *
 * @see https://dev.landbot.io
 */
export const landbot: ChatPlatform<LandbotSettings> = {
  id: 'landbot',
  title: 'Landbot',
  settings: landbotSettings,
  replyDeadlineMs: 5_000,
  presentedProof: (request, { settings }) => sharedSecret(request, settings),
  parse,
  reply: (decision, { settings }, exchange) => ({
    status: 200,
    body: flatReply(decision, settings.replyAttributes, exchange),
  }),
  neutralReply: ({ settings }) => ({ status: 200, body: flatReply(null, settings.replyAttributes) }),
  // Landbot sends a message again for every answer that is not 2xx, and it will never become readable.
  refusalReply: (detail) => ({ status: 200, body: { status: 'refused', detail } }),
};

function parse(request: HookRequest, source: SourceContext<LandbotSettings>): readonly IncomingEvent[] {
  const { root, notes } = readObject(request, advice);
  const messages = field(root, 'messages');
  if (messages === undefined || !isJsonArray(messages)) return parseFlowBlock(root, notes, request, source);
  const isApiChat = objectField(root, 'customer') !== null && objectField(root, 'agent') !== null;
  return isApiChat ? parseApiChat(root, messages, source) : parseMessageHook(messages, request, source);
}
