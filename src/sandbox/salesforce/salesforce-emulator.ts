import type { FastifyInstance } from 'fastify';
import type { Emulator, SandboxView, SandboxWorld } from '../emulator.js';
import { registerCollections } from './collection-routes.js';
import { registerContacts } from './contact-routes.js';
import { isSignedIn, registerOauth } from './oauth-routes.js';
import { Org } from './org.js';
import { registerQueries } from './query-routes.js';
import { notFound, RestError } from './rest-error.js';
import { versionPathOf } from './version-path.js';

/** Columns worth a look, beside the id. */
const columns = [
  'Parley_Id__c',
  'Name',
  'Email',
  'Phone',
  'MailingCountry',
  'Language__c',
  'Plan__c',
  'Budget__c',
  'Birthdate',
  'Last_Order_At__c',
  'Interests__c',
  'Newsletter__c',
  'HasOptedOutOfEmail',
  'Chat_Channel__c',
  'Chat_Tags__c',
  'SystemModstamp',
];

/** A Salesforce org with contacts: sign-in by client credentials, describe, SOQL, single records and collections. */
export function createSalesforceEmulator(world: SandboxWorld): Emulator {
  const org = new Org(world.clock);
  return {
    id: 'salesforce',
    title: 'Salesforce',
    register: (app) => {
      registerOauth(app, org, world);
      app.get('/services/data', () => [{ label: "Spring '24", url: '/services/data/v60.0', version: '60.0' }]);
      app.register(
        (api, _options, done) => {
          registerRest(api, org);
          done();
        },
        { prefix: '/services/data/:version' },
      );
    },
    reset: () => org.reset(),
    exportState: () => org.export(),
    importState: (state) => org.import(state),
    setLimits: (limits) => org.usage.setLimits(limits),
    views: () => [contactsView(org)],
  };
}

function registerRest(api: FastifyInstance, org: Org): void {
  api.addHook('preHandler', (request, reply, done) => {
    if (!isSignedIn(org, request.headers.authorization)) throw sessionExpired();
    if (!org.usage.count()) throw noCallsLeft();
    reply.header('sforce-limit-info', org.usage.header);
    versionPathOf(request);
    done();
  });
  api.setErrorHandler((error, _request, reply) => {
    if (error instanceof RestError) return reply.code(error.status).send(error.entries);
    const message = `An unexpected error occurred. Please include this ErrorId if you contact support: ${String(error)}`;
    return reply.code(500).send([{ errorCode: 'UNKNOWN_EXCEPTION', message }]);
  });
  api.setNotFoundHandler((_request, reply) => reply.code(404).send(notFound().entries));
  api.get('/limits', () => ({
    DailyApiRequests: { Max: org.usage.limit, Remaining: Math.max(0, org.usage.limit - org.usage.used) },
  }));
  registerContacts(api, org);
  registerCollections(api, org);
  registerQueries(api, org);
}

function contactsView(org: Org): SandboxView {
  return {
    title: 'Contacts',
    columns: ['Id', ...columns],
    rows: org.contacts.all().map((contact) => ['Id', ...columns].map((column) => String(contact[column] ?? ''))),
  };
}

const sessionExpired = (): RestError =>
  new RestError(401, { errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' });
const noCallsLeft = (): RestError =>
  new RestError(403, { errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' });
