import type { ChatPlatform } from '../../chat-platform.js';
import { googleProof } from '../../google-token.js';
import { parse } from './parse.js';
import { reply } from './reply.js';
import { type DialogflowEsSettings, dialogflowEsSettings } from './settings.js';

/** Dialogflow ES asks for the fulfilment of an intent, and shows its own answer where ours says nothing. */
export const dialogflowEs: ChatPlatform<DialogflowEsSettings> = {
  id: 'dialogflow-es',
  title: 'Dialogflow ES',
  settings: dialogflowEsSettings,
  replyDeadlineMs: 5_000,
  presentedProof: (request, { settings }) => googleProof(request, settings),
  parse,
  reply: (decision, { settings }, exchange) => reply(decision, settings, exchange),
  neutralReply: () => ({ status: 200, body: {} }),
};
