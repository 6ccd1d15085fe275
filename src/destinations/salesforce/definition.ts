import type { Connection, ConnectionContext, Destination } from '../destination.js';
import { checkOrg } from './check.js';
import { SalesforceClient } from './client.js';
import { SchemaCache } from './object-schema.js';
import { toRemoteFields } from './remote-fields.js';
import { salesforceSettings, type SalesforceSettings } from './settings.js';
import { upsertRecords } from './upsert.js';

/** Salesforce Sales Cloud: contacts, matched by an external id field. */
export const salesforce: Destination<SalesforceSettings> = {
  id: 'salesforce',
  title: 'Salesforce',
  settings: salesforceSettings,
  secrets: ['clientSecret', 'accessToken'],
  objects: ['Contact'],
  consents: ['email'],
  limits: ({ recordsPerCall, timeoutSeconds }) => ({
    batchSize: recordsPerCall,
    parallelCalls: 5,
    rates: [],
    timeoutMs: timeoutSeconds * 1_000,
  }),
  connect,
};

function connect(settings: SalesforceSettings, context: ConnectionContext): Connection {
  const client = new SalesforceClient(settings, context);
  const schemas = new SchemaCache(client, context.now);
  return {
    check: () => checkOrg(client, schemas, settings.instanceUrl, 'Contact'),
    fields: async (object) => {
      schemas.forget(object);
      return toRemoteFields(await schemas.get(object));
    },
    upsert: (request) => upsertRecords({ client, schemas, settings }, request),
  };
}
