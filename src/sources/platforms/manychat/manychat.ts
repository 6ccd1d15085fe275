import type { ChatPlatform } from '../../chat-platform.js';
import { sharedSecret } from '../../proof.js';
import { parse } from './parse.js';
import { neutralReply, reply } from './reply.js';
import { manychatSettings } from './settings.js';
import type { ManychatSettings } from './settings.js';

/**
 * ManyChat has no webhooks of its own: a flow's External Request or Dynamic Block calls us, with a body its author chose.
 * It signs nothing, so the secret is a header.
 */
export const manychat: ChatPlatform<ManychatSettings> = {
  id: 'manychat',
  title: 'ManyChat',
  settings: manychatSettings,
  replyDeadlineMs: 10_000,
  presentedProof: (request, { settings }) => sharedSecret(request, settings),
  parse,
  reply: (decision, { settings }, exchange) => reply(decision, settings, exchange),
  neutralReply: ({ settings }) => neutralReply(settings),
};
