import type { Emulator, SandboxWorld } from '../emulator.js';
import { actionRoutes } from './actions/action-routes.js';
import { ingestRoutes } from './bulk/ingest-routes.js';
import { queryJobRoutes } from './bulk/query-job-routes.js';
import { registerControls } from './control-routes.js';
import { trackHistory } from './field-history.js';
import { registerAuthorizePage } from './oauth/authorize-page.js';
import { registerIdentity } from './oauth/identity-routes.js';
import { registerTokens } from './oauth/token-routes.js';
import { Org } from './org.js';
import { OutboundSender } from './outbound/outbound-sender.js';
import { collectionRoutes } from './rest/collection-routes.js';
import { compositeRoutes } from './rest/composite-routes.js';
import { describeRoutes } from './rest/describe-routes.js';
import { limitRoutes } from './rest/limit-routes.js';
import { queryRoutes } from './rest/query-routes.js';
import { recordRoutes } from './rest/record-routes.js';
import { replicationRoutes } from './rest/replication-routes.js';
import { serveRest } from './rest/rest-server.js';
import { treeRoute } from './rest/tree-route.js';
import { registerSoap } from './soap/soap-route.js';
import { publishChanges } from './streaming/change-events.js';
import { CometServer } from './streaming/comet-server.js';
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
  ...ingestRoutes,
  ...queryJobRoutes,
  ...toolingRoutes,
];
const routes = [...plainRoutes, ...compositeRoutes(plainRoutes)];

/** A Salesforce org that jsforce cannot tell from a real one over the calls that docs/sandbox.md names. */
export function createSalesforceEmulator(world: SandboxWorld): Emulator {
  const org = new Org(world.clock);
  const comet = new CometServer(org);
  const sender = new OutboundSender(org, world.origin);
  org.onChange((changes) => {
    trackHistory(org, changes);
    publishChanges(org, changes);
    sender.plan(changes);
  });
  return {
    id: 'salesforce',
    title: 'Salesforce',
    register: (app) => {
      registerTokens(app, org, world);
      registerAuthorizePage(app, org);
      registerIdentity(app, org, world);
      serveRest(app, org, routes);
      comet.register(app);
      registerSoap(app, org);
      registerControls(app, org, sender, comet);
    },
    reset: () => {
      comet.forget();
      org.reset();
    },
    exportState: () => org.export(),
    importState: (state) => {
      org.import(state);
      sender.watch();
    },
    setLimits: (limits) => org.usage.setLimits(limits),
    views: () => orgViews(org),
    close: () => {
      comet.forget();
      return sender.close();
    },
  };
}
