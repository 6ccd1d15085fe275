import type { ChatPlatform } from '../../chat-platform.js';
import { flatReply } from '../../flat-reply.js';
import { sharedSecret } from '../../proof.js';
import { jsonApiReply } from './json-api.js';
import { parse } from './parse.js';
import { type ChatfuelSettings, chatfuelSettings } from './settings.js';

/** Chatfuel calls from a JSON API card of a flow, in four ways. It signs nothing. */
export const chatfuel: ChatPlatform<ChatfuelSettings> = {
  id: 'chatfuel',
  title: 'Chatfuel',
  settings: chatfuelSettings,
  replyDeadlineMs: 10_000,
  presentedProof: (request, { settings }) => sharedSecret(request, settings),
  parse,
  reply: (decision, { settings }, exchange) => {
    if (settings.reply === 'flat')
      return { status: 200, body: flatReply(decision, settings.replyAttributes, exchange) };
    return { status: 200, ...jsonApiReply(decision, settings, exchange) };
  },
  neutralReply: ({ settings }) => ({
    status: 200,
    body: settings.reply === 'flat' ? flatReply(null, settings.replyAttributes) : {},
  }),
};
