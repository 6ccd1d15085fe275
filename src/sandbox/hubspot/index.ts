import type { Emulator, SandboxWorld } from '../emulator.js';
import { accountRoutes } from './account-routes.js';
import { Account } from './account.js';
import { workflowRoutes } from './automation/workflow-routes.js';
import { Workflows } from './automation/workflows.js';
import { listRoutes } from './lists/list-routes.js';
import { Lists } from './lists/lists.js';
import { oauthRoutes } from './oauth/oauth-routes.js';
import { propertyRoutes } from './properties/property-routes.js';
import { RateLimits } from './rate-limits.js';
import { associationRoutes } from './records/association-routes.js';
import { directoryRoutes } from './records/directory-routes.js';
import { recordRoutes } from './records/record-routes.js';
import { registerRoutes } from './router.js';
import { views } from './views.js';

export { sandboxAccessToken, sandboxOauthApp, sandboxPersonToken } from './fresh-account.js';

/** HubSpot over one account: what integrations use of its CRM, marketing, automation, OAuth and webhooks. */
export function createHubspotEmulator({ clock }: SandboxWorld): Emulator {
  const account = new Account(clock);
  const limits = new RateLimits(clock, account);
  const lists = new Lists(account);
  const workflows = new Workflows(account, lists);
  const load = (state: unknown): void => {
    account.load(state);
    lists.refresh();
  };
  return {
    id: 'hubspot',
    title: 'HubSpot',
    register: (app) =>
      registerRoutes(
        app,
        [
          ...recordRoutes(account),
          ...propertyRoutes(account),
          ...associationRoutes(account),
          ...directoryRoutes(account),
          ...listRoutes(account, lists),
          ...oauthRoutes(account),
          ...workflowRoutes(account, workflows),

          ...accountRoutes(account, limits),
        ],
        account,
        limits,
      ),
    reset: () => load({}),
    exportState: () => account.save(),
    importState: load,
    setLimits: (to) => limits.set(to),
    views: () => views(account),
  };
}
