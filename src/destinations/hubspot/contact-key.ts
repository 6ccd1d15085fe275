import type { Contact } from './api/contacts.js';

/** HubSpot keeps e-mail addresses in lower case; other unique values are as they are. */
export const comparableKey = (keyField: string, key: string): string =>
  keyField === 'email' ? key.trim().toLowerCase() : key.trim();

/**
 * Contacts by the value of the key property. A contact answers for its additional e-mail addresses too, while its `email` is
 * the primary one.
 */
export function contactsByKey<T extends Contact>(keyField: string, contacts: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    contacts.flatMap((contact): [string, T][] => {
      const additional = keyField === 'email' ? (contact.properties.hs_additional_emails ?? '').split(';') : [];
      return [contact.properties[keyField] ?? '', ...additional]
        .filter((value) => value !== '')
        .map((value) => [comparableKey(keyField, value), contact]);
    }),
  );
}

/** To be asked for by whoever finds contacts by ids that may be old. */
export const mergedIdsProperty = 'hs_merged_object_ids';

/** Contacts by record id. Whoever has been merged into another one is found too: HubSpot answers with the one that stays. */
export function contactsById<T extends Contact>(contacts: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    contacts.flatMap((contact): [string, T][] => {
      const merged = (contact.properties[mergedIdsProperty] ?? '').split(';').filter((id) => id !== '');
      return [contact.id, ...merged].map((id) => [id, contact]);
    }),
  );
}
