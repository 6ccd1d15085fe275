import { PropertiesApi } from './api/properties.js';
import type { HubspotClient } from './client.js';
import { PropertyCatalog } from './property-catalog.js';

/** What is known of the properties of one kind of record. */
export type Catalog = Pick<PropertyCatalog, 'properties' | 'notOlderThan' | 'ensureOptions' | 'forget'>;

export interface PropertyCatalogs {
  /** Of `contacts`, `companies`, `deals` … */
  of(object: string): Catalog;
}

/** Each kind of record is asked for once, when it is first needed. */
export function propertyCatalogs(client: HubspotClient, now: () => Date): PropertyCatalogs {
  const byObject = new Map<string, PropertyCatalog>();
  return {
    of: (object) => {
      const catalog = byObject.get(object) ?? new PropertyCatalog(new PropertiesApi(client, object), now);
      byObject.set(object, catalog);
      return catalog;
    },
  };
}
