import type { Account } from '../account.js';
import { type CrmRecord, readRecords, type Version } from '../api/objects.js';

/** HubSpot reads at most 50 records at once with the history of their properties. */
export const historiesPerCall = 50;

/** Contacts with what these properties have been, by id; those that have gone meanwhile are missing. */
export async function withHistory(
  { client }: Account,
  ids: readonly string[],
  properties: readonly string[],
  histories: readonly string[],
): Promise<ReadonlyMap<string, CrmRecord>> {
  const contacts = new Map<string, CrmRecord>();
  for (let at = 0; at < ids.length; at += historiesPerCall) {
    const some = ids.slice(at, at + historiesPerCall);
    for (const contact of await readRecords(client, 'contacts', some, properties, histories))
      contacts.set(contact.id, contact);
  }
  return contacts;
}

/** Did our own app write it? */
export const isOurs = ({ sourceType, sourceId }: Version, appId: string | null): boolean =>
  sourceType === 'INTEGRATION' && appId !== null && sourceId === appId;
