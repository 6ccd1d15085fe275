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
