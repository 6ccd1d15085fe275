import type { RecordReference } from '../../remote-fact.js';
import type { Account } from '../account.js';
import { associationsOf } from '../api/associations.js';
import { type CrmRecord, type ObjectType, readRecords } from '../api/objects.js';

const phoneShape = /^\+[1-9]\d{6,14}$/;

/** Only what is certain: HubSpot keeps phone numbers as people write them. */
function asPhone(text: string | null | undefined): string | null {
  const digits = (text ?? '').replaceAll(/[\s().-]/g, '');
  return phoneShape.test(digits) ? digits : null;
}

export const referenceTo = ({ id, properties }: CrmRecord): RecordReference => ({
  object: 'contacts',
  remoteId: id,
  email: properties.email?.trim().toLowerCase() ?? null,
  phone: asPhone(properties.phone) ?? asPhone(properties.mobilephone),
});

export const referenceProperties = ['email', 'phone', 'mobilephone'] as const;

const chunk = 100;

/** By contact id; contacts that have gone meanwhile are missing. */
export async function referencesTo(
  { client }: Account,
  contactIds: Iterable<string>,
): Promise<ReadonlyMap<string, RecordReference>> {
  const ids = [...new Set(contactIds)];
  const references = new Map<string, RecordReference>();
  for (let at = 0; at < ids.length; at += chunk)
    for (const contact of await readRecords(client, 'contacts', ids.slice(at, at + chunk), referenceProperties))
      references.set(contact.id, referenceTo(contact));
  return references;
}

/** Whom each of these records (at most 100) is about, by its id. */
export async function contactsBehind(
  account: Account,
  object: ObjectType,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly RecordReference[]>> {
  if (ids.length === 0) return new Map();
  const contacts = await associationsOf(account.client, object, 'contacts', ids);
  const references = await referencesTo(account, [...contacts.values()].flat());
  return new Map(
    [...contacts].map(([id, contactIds]) => [id, contactIds.flatMap((contact) => references.get(contact) ?? [])]),
  );
}
