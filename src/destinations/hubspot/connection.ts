import { DeliveryError } from '../delivery-error.js';
import type {
  Connection,
  ConnectionCheck,
  ConnectionContext,
  RecordResult,
  RemoteField,
  UpsertRequest,
} from '../destination.js';
import { HubspotClient, type TokenInfo } from './client.js';
import { toRemoteField } from './property.js';
import { PropertyCatalog } from './property-catalog.js';
import type { HubspotSettings } from './settings.js';
import { upsert } from './upsert.js';

/** What each scope is needed for, as it ends a sentence. */
export const neededScopes = {
  'crm.objects.contacts.write': 'contacts cannot be created or updated',
  'crm.objects.contacts.read': 'tags cannot be taken away without losing those that people added by hand',
  'crm.schemas.contacts.read': 'the contact properties cannot be listed for the mapping',
  'crm.schemas.contacts.write': 'new tags cannot be added to the options of the tags property',
} as const;

/** One HubSpot account. */
export class HubspotConnection implements Connection {
  readonly #client: HubspotClient;
  readonly #catalog: PropertyCatalog;

  constructor(settings: HubspotSettings, context: ConnectionContext) {
    this.#client = new HubspotClient(settings, context);
    this.#catalog = new PropertyCatalog(this.#client, context.now);
  }

  async check(): Promise<ConnectionCheck> {
    const { hubId, scopes } = await this.#tokenInfo();
    const problems = Object.entries(neededScopes)
      .filter(([scope]) => !scopes.includes(scope))
      .map(([scope, consequence]) => `The token lacks the scope ${scope}: without it ${consequence}.`);
    return { account: `HubSpot account ${hubId}`, problems };
  }

  async fields(object: string): Promise<readonly RemoteField[]> {
    requireContacts(object);
    const properties = await this.#catalog.notOlderThan(-1);
    return [...properties.values()].map(toRemoteField);
  }

  async upsert(request: UpsertRequest): Promise<readonly RecordResult[]> {
    requireContacts(request.object);
    return upsert({ client: this.#client, catalog: this.#catalog }, request);
  }

  /** HubSpot says "not found" of a token it does not know. */
  async #tokenInfo(): Promise<TokenInfo> {
    try {
      return await this.#client.tokenInfo();
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
      throw new DeliveryError('unauthorized', 'HubSpot does not know the access token', { code: 'UNKNOWN_TOKEN' });
    }
  }
}

function requireContacts(object: string): void {
  if (object !== 'contacts')
    throw new DeliveryError('rejected', `Parley does not write ${object} to HubSpot`, { code: 'UNKNOWN_OBJECT' });
}
