import type { Connection, ConnectionContext, Destination } from '../destination.js';
import { Accounts } from './accounts.js';
import { actionDeclarations, actionOf, handOff, lookUpRuns } from './actions/index.js';
import { authorization } from './authorization.js';
import { OpenJobs } from './bulk/open-jobs.js';
import { paysFrom } from './bulk/save-in-bulk.js';
import { checkOrg } from './check.js';
import { SalesforceClient } from './client.js';
import { erasure, eraseRecords } from './erase.js';
import { followChanges, type Heard } from './hearing/follow.js';
import { webhooks } from './hearing/webhooks.js';
import { derives, history, pullStream } from './history/index.js';
import { mappingOptions } from './mapping-options.js';
import { SchemaCache } from './object-schema.js';
import { campaigns, topics } from './named-set.js';
import { mappedObjects } from './person-kind.js';
import { prepareOrg } from './prepare.js';
import { previewRecords } from './preview.js';
import { readPersonRecordTypes } from './record-type.js';
import { remoteFieldsOf } from './remote-fields.js';
import { Remembered } from './remembered.js';
import { SetDirectory } from './set-directory.js';
import { salesforceSettings, type SalesforceSettings } from './settings.js';
import { upsertManyRecords, upsertRecords } from './upsert.js';
import type { Tools } from './write-plan.js';

/** Salesforce Sales Cloud: contacts, leads and person accounts. What is and is not supported: docs/providers/salesforce.md. */
export const salesforce: Destination<SalesforceSettings> = {
  id: 'salesforce',
  title: 'Salesforce',
  settings: salesforceSettings,
  secrets: ['clientSecret', 'accessToken', 'privateKey', 'webhookSecret'],
  objects: mappedObjects,
  consents: ['email', 'sms', 'whatsapp'],
  mappingOptions,
  lists: 'Campaign',
  history,
  derives,
  webhooks,
  erasure,
  bulk: { from: paysFrom, atMost: 10_000 },
  actions: actionDeclarations,
  handOff,
  authorization,
  limits: ({ recordsPerCall, callsAtOnce, timeoutSeconds, dailyCallsKeptPercent, dailyCallsKeptForSyncPercent }) => ({
    batchSize: recordsPerCall,
    parallelCalls: callsAtOnce,
    rates: [],
    timeoutMs: timeoutSeconds * 1_000,
    daily: { keptForOthers: dailyCallsKeptPercent / 100, keptForSync: dailyCallsKeptForSyncPercent / 100 },
  }),
  connect,
};

function connect(settings: SalesforceSettings, context: ConnectionContext): Connection {
  const client = new SalesforceClient(settings, context);
  const tools: Tools = {
    client,
    schemas: new SchemaCache(client, context.now),
    personRecordTypes: new Remembered(() => readPersonRecordTypes(client), context.now),
    campaigns: new SetDirectory(client, campaigns),
    topics: new SetDirectory(client, topics),
    openJobs: new OpenJobs(client),
    accounts: new Accounts(),
  };
  return {
    check: (request) => checkOrg(tools, request),
    fields: (object) => remoteFieldsOf(tools, object),
    upsert: (request) => upsertRecords(tools, request),
    upsertMany: (request) => upsertManyRecords(tools, request),
    preview: (request) => previewRecords(tools, request),
    prepare: (request) => prepareOrg(tools, request),
    pull: (request) => pullStream(tools, request),
    ...(settings.streamChanges
      ? { follow: (heard: Heard, signal: AbortSignal) => followChanges(tools, heard, signal) }
      : {}),
    erase: (_object, records) => eraseRecords(tools, records),
    perform: (action, requests) => actionOf(action).perform(tools, requests),
    lookUp: (action, requests) => lookUpRuns(tools, action, requests),
  };
}
