import type { Emulator, SandboxWorld } from '../emulator.js';
import { registerOauth } from './oauth/token-route.js';
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
import { orgViews } from './views.js';

const plainRoutes = [
  ...describeRoutes,
  ...recordRoutes,
  ...replicationRoutes,
  ...collectionRoutes,
  treeRoute,
  ...queryRoutes,
  ...limitRoutes,
];
const routes = [...plainRoutes, ...compositeRoutes(plainRoutes)];

/** A Salesforce org that jsforce cannot tell from a real one over the calls that docs/sandbox.md names. */
export function createSalesforceEmulator(world: SandboxWorld): Emulator {
  const org = new Org(world.clock);
  return {
    id: 'salesforce',
    title: 'Salesforce',
    register: (app) => {
      registerOauth(app, org, world);
      serveRest(app, org, routes);
    },
    reset: () => org.reset(),
    exportState: () => org.export(),
    importState: (state) => org.import(state),
    setLimits: (limits) => org.usage.setLimits(limits),
    views: () => orgViews(org),
  };
}
