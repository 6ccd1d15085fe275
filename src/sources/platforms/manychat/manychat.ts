import type { ChatPlatform } from '../../chat-platform.js';
import { parse } from './parse.js';
import { reply } from './reply.js';
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
  presentedSecret: ({ headers }, { settings }) => headers[settings.secretHeader] ?? null,
  parse,
  reply: (decision, { settings }) => reply(decision, settings),
};
