import type { Destination } from '../destination.js';
import { actions } from './actions.js';
import { LandbotConnection } from './connection.js';
import { type LandbotSettings, settingsSchema } from './settings.js';

/** Landbot, the way back: fields of its customers, bots, messages. Customers are found by their id there. */
export const landbot: Destination<LandbotSettings> = {
  id: 'landbot',
  title: 'Landbot',
  settings: settingsSchema,
  secrets: ['agentToken'],
  objects: ['customer'],
  actions,
  talksBack: true,
  // Ten a second for each token, hard.
  limits: () => ({
    batchSize: 10,
    parallelCalls: 5,
    rates: [{ lane: 'default', calls: 10, perMs: 1_000 }],
    timeoutMs: 20_000,
  }),
  connect: (settings, context) => new LandbotConnection(settings, context),
};
