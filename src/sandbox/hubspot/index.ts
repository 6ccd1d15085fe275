import type { Emulator, SandboxWorld } from '../emulator.js';
import { accountRoutes } from './account-routes.js';
import { Account } from './account.js';
import { contactRoutes } from './contact-routes.js';
import { propertyRoutes } from './property-routes.js';
import { RateLimits } from './rate-limits.js';
import { registerRoutes } from './router.js';
import { views } from './views.js';

export { sandboxAccessToken } from './fresh-account.js';

/** HubSpot's CRM API over one account: contacts and their properties. */
export function createHubspotEmulator({ clock }: SandboxWorld): Emulator {
  const account = new Account(clock);
  const limits = new RateLimits(clock, account);
  return {
    id: 'hubspot',
    title: 'HubSpot',
    register: (app) =>
      registerRoutes(
        app,
        [...contactRoutes(account), ...propertyRoutes(account), ...accountRoutes(account)],
        account,
        limits,
      ),
    reset: () => account.load({}),
    exportState: () => account.save(),
    importState: (state) => account.load(state),
    setLimits: (to) => limits.set(to),
    views: () => views(account),
  };
}
