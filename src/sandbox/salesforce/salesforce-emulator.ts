import type { Emulator, SandboxWorld } from '../emulator.js';
import { actionRoutes } from './actions/action-routes.js';
import { registerAuthorizePage } from './oauth/authorize-page.js';
import { registerIdentity } from './oauth/identity-routes.js';
import { registerTokens } from './oauth/token-routes.js';
import { Org } from './org.js';
import { collectionRoutes } from './rest/collection-routes.js';
import { compositeRoutes } from './rest/composite-routes.js';
import { describeRoutes } from './rest/describe-routes.js';
import { limitRoutes } from './rest/limit-routes.js';
import { queryRoutes } from './rest/query-routes.js';
import { recordRoutes } from './rest/record-routes.js';
import { replicationRoutes } from './rest/replication-routes.js';
import { serveRest } from './rest/rest-server.js';
import { treeRoute } from './rest/tree-route.js';
import { toolingRoutes } from './tooling/tooling-routes.js';
import { orgViews } from './views.js';

const plainRoutes = [
  ...describeRoutes,
  ...recordRoutes,
  ...replicationRoutes,
  ...collectionRoutes,
  treeRoute,
  ...queryRoutes,
  ...limitRoutes,
  ...actionRoutes,
  ...toolingRoutes,
];
const routes = [...plainRoutes, ...compositeRoutes(plainRoutes)];

/** A Salesforce org that jsforce cannot tell from a real one over the calls that docs/sandbox.md names. */
export function createSalesforceEmulator(world: SandboxWorld): Emulator {
  const org = new Org(world.clock);
  return {
    id: 'salesforce',
    title: 'Salesforce',
    register: (app) => {
      registerTokens(app, org, world);
      registerAuthorizePage(app, org);
      registerIdentity(app, org, world);
      serveRest(app, org, routes);
    },
    reset: () => org.reset(),
    exportState: () => org.export(),
    importState: (state) => org.import(state),
    setLimits: (limits) => org.usage.setLimits(limits),
    views: () => orgViews(org),
  };
}
