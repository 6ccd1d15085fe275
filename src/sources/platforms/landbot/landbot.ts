import type { IncomingEvent } from '../../../events/incoming-event.js';
import type { ChatPlatform, HookRequest, SourceContext } from '../../chat-platform.js';
import { UnreadableBodyError } from '../../chat-platform.js';
import { flatReply } from '../../flat-reply.js';
import { field, kindOf, objectField } from '../../json-fields.js';
import { isJsonArray, isJsonObject, readJson } from '../../read-json.js';
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
  presentedSecret: ({ headers, query }, { settings }) =>
    hookToken(headers.authorization) ??
    headers[settings.secretHeader] ??
    (settings.secretInUrl ? (query.secret ?? null) : null),
  parse,
  reply: (decision, { settings }) => ({ status: 200, body: flatReply(decision, settings.replyAttributes) }),
};

/** Landbot writes the word Token; an author who types the header may as well write Bearer. */
function hookToken(authorization: string | undefined): string | null {
  return /^(?:token|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1] ?? null;
}

function parse(request: HookRequest, source: SourceContext<LandbotSettings>): readonly IncomingEvent[] {
  const root = readJson(request.body, advice);
  if (!isJsonObject(root)) throw new UnreadableBodyError(`The body is ${kindOf(root)}. Send a JSON object. ${advice}`);
  const messages = field(root, 'messages');
  if (messages === undefined || !isJsonArray(messages)) return parseFlowBlock(root, request, source);
  const isApiChat = objectField(root, 'customer') !== null && objectField(root, 'agent') !== null;
  return isApiChat ? parseApiChat(root, messages, source) : parseMessageHook(messages, request, source);
}
