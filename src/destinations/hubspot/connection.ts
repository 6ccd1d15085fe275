import type { ActionLookUp, ActionRequest, ActionResult } from '../action.js';
import { DeliveryError } from '../delivery-error.js';
import type {
  CheckRequest,
  Connection,
  ConnectionCheck,
  ConnectionContext,
  ErasedRecord,
  EraseResult,
  PrepareReport,
  PrepareRequest,
  RecordPreview,
  RecordResult,
  RemoteField,
  UpsertRequest,
} from '../destination.js';
import type { PullPage, PullRequest } from '../remote-fact.js';
import type { Account } from './account.js';
import { AccountFacts } from './account-facts.js';
import type { HubspotAction } from './actions/action.js';
import { hubspotActions } from './actions/index.js';
import { check } from './check.js';
import { ofCompany } from './companies/company-fields.js';
import { HubspotClient } from './client.js';
import { Directory } from './directory.js';
import { erase } from './erase.js';
import { hubspotStreams } from './history/index.js';
import { ListDirectory } from './lists/list-directory.js';
import { prepare } from './prepare.js';
import { preview } from './preview.js';
import { toRemoteField } from './property.js';
import { type Catalog, propertyCatalogs } from './property-catalogs.js';
import type { ScopeUse } from './scopes.js';
import type { HubspotSettings } from './settings.js';
import { upsert } from './upsert.js';

/** One HubSpot account. */
export class HubspotConnection implements Connection {
  readonly #account: Account;

  constructor(settings: HubspotSettings, context: ConnectionContext) {
    const client = new HubspotClient(settings, context);
    this.#account = {
      client,
      settings,
      context,
      facts: new AccountFacts(client, settings, context.memory),
      catalogs: propertyCatalogs(client, context.now),
      lists: new ListDirectory(client, context.memory),
      directory: new Directory(client, context.now),
    };
  }

  check(request: CheckRequest): Promise<ConnectionCheck> {
    return check(this.#account, request, scopeUses);
  }

  async fields(object: string): Promise<readonly RemoteField[]> {
    requireContacts(object);
    const { catalogs } = this.#account;
    const properties = await catalogs.of(object).notOlderThan(-1);
    return [...[...properties.values()].map(toRemoteField), ...(await companyFields(catalogs.of('companies')))];
  }

  async upsert(request: UpsertRequest): Promise<readonly RecordResult[]> {
    requireContacts(request.object);
    return upsert(this.#account, request);
  }

  async preview(request: UpsertRequest): Promise<readonly RecordPreview[]> {
    requireContacts(request.object);
    return preview(this.#account, request);
  }

  async prepare(request: PrepareRequest): Promise<PrepareReport> {
    requireContacts(request.object);
    return prepare(this.#account, request);
  }

  async perform(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionResult[]> {
    return actionCalled(action).perform(this.#account, requests);
  }

  async lookUp(action: string, requests: readonly ActionRequest[]): Promise<readonly ActionLookUp[]> {
    return actionCalled(action).lookUp(this.#account, requests);
  }

  async pull(request: PullRequest): Promise<PullPage> {
    const stream = hubspotStreams.find(({ declaration }) => declaration.id === request.stream);
    if (stream !== undefined) return stream.pull(this.#account, request);
    throw new DeliveryError('rejected', `HubSpot has no history "${request.stream}"`, { code: 'UNKNOWN_STREAM' });
  }

  async erase(object: string, records: readonly ErasedRecord[]): Promise<readonly EraseResult[]> {
    requireContacts(object);
    return erase(this.#account, records);
  }
}

/** Accounts that do not let us see companies have none to map. */
async function companyFields(catalog: Catalog): Promise<RemoteField[]> {
  try {
    const properties = await catalog.notOlderThan(-1);
    return [...properties.values()].map(toRemoteField).map((field) => ({ ...field, name: ofCompany(field.name) }));
  } catch (error) {
    if (error instanceof DeliveryError && error.details.code === 'MISSING_SCOPES') return [];
    throw error;
  }
}

const usesOf = (what: string, { scopes, title }: { readonly scopes: readonly string[]; readonly title: string }) =>
  scopes.map((scope) => ({ scope, neededFor: `${what} "${title}"` }));

const scopeUses: readonly ScopeUse[] = [
  ...hubspotActions.flatMap(({ declaration }) => usesOf('the action', declaration)),
  ...hubspotStreams.flatMap(({ declaration }) => usesOf('the history', declaration)),
];

function actionCalled(id: string): HubspotAction {
  const action = hubspotActions.find(({ declaration }) => declaration.id === id);
  if (action !== undefined) return action;
  throw new DeliveryError('rejected', `HubSpot has no action "${id}"`, { code: 'UNKNOWN_ACTION' });
}

function requireContacts(object: string): void {
  if (object !== 'contacts')
    throw new DeliveryError('rejected', `Parley does not write ${object} to HubSpot`, { code: 'UNKNOWN_OBJECT' });
}
