import type { Destination } from '../destination.js';
import { mailchimpActions } from './actions/index.js';
import { erasure } from './erase.js';
import { bulk, MailchimpConnection, memberObject } from './connection.js';
import { mailchimpAuthorization } from './oauth.js';
import { derived } from './history/derived.js';
import { mailchimpHistory } from './history/index.js';
import { mailchimpOptions } from './mapping-options.js';
import { mailchimpWebhooks } from './webhooks.js';
import { mailchimpSettings, type MailchimpSettings } from './settings.js';

/**
 * Mailchimp's limits: 500 members in a batch, 10 requests at once per user (shared with everything else that user's keys do,
 * so we take half), no limit per second.
 *
 * @see https://mailchimp.com/developer/marketing/docs/fundamentals/#throttling
 */
const limits = {
  batchSize: 500,
  parallelCalls: 5,
  rates: [],
  // Mailchimp itself gives up after 120 s; a full batch takes it some seconds.
  timeoutMs: 60_000,
} as const;

export const mailchimp: Destination<MailchimpSettings> = {
  id: 'mailchimp',
  title: 'Mailchimp',
  settings: mailchimpSettings,
  secrets: ['apiKey', 'clientSecret', 'webhookSecret', 'webhookSigningSecret'],
  objects: [memberObject],
  consents: ['email'],
  mappingOptions: mailchimpOptions,
  lists: 'Static segment',
  bulk,
  actions: mailchimpActions.map(({ declaration }) => declaration),
  erasure,
  history: mailchimpHistory.map(({ declaration }) => declaration),
  derives: derived,
  webhooks: mailchimpWebhooks,
  authorization: mailchimpAuthorization,
  limits: () => limits,
  connect: (settings, context) => new MailchimpConnection(settings, context, limits),
};
