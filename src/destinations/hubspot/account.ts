import type { ConnectionContext } from '../destination.js';
import type { AccountFacts } from './account-facts.js';
import type { HubspotClient } from './client.js';
import type { Directory } from './directory.js';
import type { ListDirectory } from './lists/list-directory.js';
import type { PropertyCatalogs } from './property-catalogs.js';
import type { HubspotSettings } from './settings.js';

/** One HubSpot account as the connector's parts see it: its calls, and what is known of it. */
export interface Account {
  readonly client: HubspotClient;
  readonly settings: HubspotSettings;
  readonly context: ConnectionContext;
  readonly facts: AccountFacts;
  readonly catalogs: PropertyCatalogs;
  readonly lists: ListDirectory;
  readonly directory: Directory;
}
