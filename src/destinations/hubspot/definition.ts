import type { Destination } from '../destination.js';
import { hubspotActions } from './actions/index.js';
import { handOff } from './actions/record-actions.js';
import { authorization } from './authorization.js';
import { HubspotConnection } from './connection.js';
import { erasure } from './erase.js';
import { derives, hubspotStreams } from './history/index.js';
import { limits } from './limits.js';
import { mappingOptionsSchema } from './mapping-options.js';
import { type HubspotSettings, settingsSchema } from './settings.js';
import { webhooks } from './webhooks/index.js';

/** HubSpot: contacts and all that hangs on them. What is and is not supported: docs/providers/hubspot.md. */
export const hubspot: Destination<HubspotSettings> = {
  id: 'hubspot',
  title: 'HubSpot',
  settings: settingsSchema,
  secrets: ['accessToken', 'clientSecret'],
  objects: ['contacts'],
  consents: ['email'],
  lists: 'Static list',
  actions: hubspotActions.map(({ declaration }) => declaration),
  handOff,
  history: hubspotStreams.map(({ declaration }) => declaration),
  derives,
  webhooks,
  authorization,
  erasure,
  mappingOptions: mappingOptionsSchema,
  limits,
  connect: (settings, context) => new HubspotConnection(settings, context),
};
