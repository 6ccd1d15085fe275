import type { ChatPlatform } from '../../chat-platform.js';
import { googleProof } from '../../google-token.js';
import { parse } from './parse.js';
import { reply } from './reply.js';
import { type DialogflowCxSettings, dialogflowCxSettings } from './settings.js';

/** Dialogflow CX calls a webhook from a page, a form or a route, and waits as long as the author has set. */
export const dialogflowCx: ChatPlatform<DialogflowCxSettings> = {
  id: 'dialogflow-cx',
  title: 'Dialogflow CX',
  settings: dialogflowCxSettings,
  replyDeadlineMs: 5_000,
  presentedProof: (request, { settings }) => googleProof(request, settings),
  parse,
  reply: (decision, { settings }, exchange) => reply(decision, settings, exchange),
  neutralReply: () => ({ status: 200, body: {} }),
};
