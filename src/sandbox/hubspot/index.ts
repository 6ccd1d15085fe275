import type { Emulator, SandboxWorld } from '../emulator.js';
import { accountRoutes } from './account-routes.js';
import { Account } from './account.js';
import { registerActivity } from './activity-route.js';
import { workflowRoutes } from './automation/workflow-routes.js';
import { Workflows } from './automation/workflows.js';
import { consentRoutesV3 } from './consent/consent-routes-v3.js';
import { consentRoutesV4 } from './consent/consent-routes-v4.js';
import { Consents } from './consent/consents.js';
import { eventRoutes } from './events/event-routes.js';
import { listRoutes } from './lists/list-routes.js';
import { Lists } from './lists/lists.js';
import { marketingRoutes } from './marketing/marketing-routes.js';
import { workflowSend } from './marketing/single-send.js';
import { oauthRoutes } from './oauth/oauth-routes.js';
import { propertyRoutes } from './properties/property-routes.js';
import { RateLimits } from './rate-limits.js';
import { associationRoutes } from './records/association-routes.js';
import { directoryRoutes } from './records/directory-routes.js';
import { recordRoutes } from './records/record-routes.js';
import { registerRoutes } from './router.js';
import { views } from './views.js';
import { webhookRoutes } from './webhooks/webhook-routes.js';
import { WebhookSender } from './webhooks/webhook-sender.js';

export { sandboxAccessToken, sandboxOauthApp, sandboxPersonToken } from './fresh-account.js';

/** HubSpot over one account: what integrations use of its CRM, marketing, automation, OAuth and webhooks. */
export function createHubspotEmulator({ clock }: SandboxWorld): Emulator {
  const account = new Account(clock);
  const limits = new RateLimits(clock, account);
  const lists = new Lists(account);
  const workflows = new Workflows(account, lists);
  const consents = new Consents(account);
  const webhooks = new WebhookSender(account);
  workflows.onEmail((emailId, contactId, by) => workflowSend(account, emailId, contactId, by));
  const load = (state: unknown): void => {
    account.load(state);
    lists.refresh();
    webhooks.resume();
  };
  const routes = [
    ...recordRoutes(account),
    ...propertyRoutes(account),
    ...associationRoutes(account),
    ...directoryRoutes(account),
    ...listRoutes(account, lists),
    ...workflowRoutes(account, workflows),
    ...eventRoutes(account, workflows),
    ...marketingRoutes(account),
    ...consentRoutesV3(account, consents),
    ...consentRoutesV4(account, consents),
    ...webhookRoutes(account),
    ...oauthRoutes(account),
    ...accountRoutes(account, limits),
  ];
  return {
    id: 'hubspot',
    title: 'HubSpot',
    register: (app) => {
      registerActivity(app, account, consents);
      registerRoutes(app, routes, account, limits);
    },
    reset: () => load({}),
    exportState: () => account.save(),
    importState: load,
    setLimits: (to) => limits.set(to),
    views: () => views(account),
    close: () => webhooks.close(),
  };
}
