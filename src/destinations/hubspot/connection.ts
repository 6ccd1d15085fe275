import { DeliveryError } from '../delivery-error.js';
import type {
  CheckRequest,
  Connection,
  ConnectionCheck,
  ConnectionContext,
  PrepareReport,
  PrepareRequest,
  RecordPreview,
  RecordResult,
  RemoteField,
  UpsertRequest,
} from '../destination.js';
import type { Account } from './account.js';
import { AccountFacts } from './account-facts.js';
import { check } from './check.js';
import { HubspotClient } from './client.js';
import { prepare } from './prepare.js';
import { preview } from './preview.js';
import { toRemoteField } from './property.js';
import { propertyCatalogs } from './property-catalogs.js';
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
    };
  }

  check(request: CheckRequest): Promise<ConnectionCheck> {
    return check(this.#account, request, []);
  }

  async fields(object: string): Promise<readonly RemoteField[]> {
    requireContacts(object);
    const properties = await this.#account.catalogs.of(object).notOlderThan(-1);
    return [...properties.values()].map(toRemoteField);
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
}

function requireContacts(object: string): void {
  if (object !== 'contacts')
    throw new DeliveryError('rejected', `Parley does not write ${object} to HubSpot`, { code: 'UNKNOWN_OBJECT' });
}
