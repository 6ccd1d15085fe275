import type { Destination } from '../destination.js';
import { HubspotConnection } from './connection.js';
import { callsPerTenSeconds, type HubspotSettings, settingsSchema } from './settings.js';
import { batchSize } from './upsert.js';

/** HubSpot: contacts and their properties. What is and is not supported: docs/providers/hubspot.md. */
export const hubspot: Destination<HubspotSettings> = {
  id: 'hubspot',
  title: 'HubSpot',
  settings: settingsSchema,
  secrets: ['accessToken'],
  objects: ['contacts'],
  limits: ({ tier }) => ({
    batchSize,
    parallelCalls: 10,
    rates: [
      { lane: 'default', calls: callsPerTenSeconds[tier], perMs: 10_000 },
      { lane: 'search', calls: 5, perMs: 1_000 },
    ],
    timeoutMs: 30_000,
  }),
  connect: (settings, context) => new HubspotConnection(settings, context),
};
