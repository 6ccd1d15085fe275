import type { Destination } from '../destination.js';
import { blockSend } from './actions.js';
import { ChatfuelConnection } from './connection.js';
import { type ChatfuelSettings, settingsSchema } from './settings.js';

/** Chatfuel, the way back: blocks and attributes by its Broadcasting API. Users are found by their Messenger id. */
export const chatfuel: Destination<ChatfuelSettings> = {
  id: 'chatfuel',
  title: 'Chatfuel',
  settings: settingsSchema,
  secrets: ['token'],
  objects: ['user'],
  actions: [blockSend],
  talksBack: true,
  limits: () => ({
    batchSize: 25,
    parallelCalls: 8,
    rates: [{ lane: 'default', calls: 25, perMs: 1_000 }],
    timeoutMs: 20_000,
  }),
  connect: (settings, context) => new ChatfuelConnection(settings, context),
};
