import type { Destination } from '../destination.js';
import { actions } from './actions.js';
import { ManychatConnection } from './connection.js';
import { rates } from './endpoints.js';
import { type ManychatSettings, settingsSchema } from './settings.js';

/** ManyChat, the way back: fields and tags of its contacts, flows and texts. Contacts are found by their id there. */
export const manychat: Destination<ManychatSettings> = {
  id: 'manychat',
  title: 'ManyChat',
  settings: settingsSchema,
  secrets: ['apiKey'],
  objects: ['contact'],
  actions,
  talksBack: true,
  limits: () => ({ batchSize: 20, parallelCalls: 8, rates, timeoutMs: 20_000 }),
  connect: (settings, context) => new ManychatConnection(settings, context),
};
