import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { z } from 'zod';
import type { RecordReference } from '../../remote-fact.js';
import type { SalesforceClient } from '../client.js';
import { kindsOf, personKinds, type PersonKind } from '../person-kind.js';
import { queriesByKey } from '../soql-text.js';

const text = z.string().nullish().catch(null);

/** A contact as other records name it. */
const contactRow = z.object({
  Id: z.string().optional(),
  AccountId: text,
  Email: text,
  MobilePhone: text,
});
type ContactRow = z.infer<typeof contactRow>;

export const contactFields = ['AccountId', 'Email', 'MobilePhone'] as const;

/** Does a mapping to this object know such people? */
export const hasKind = (object: string, id: PersonKind['id']): boolean =>
  kindsOf(object).some((kind) => kind.id === id);

/** A number that is complete enough to know a person by. */
export const phoneIn = (phone: string | null | undefined): string | null => {
  const parsed = phone?.startsWith('+') === true ? parsePhoneNumberFromString(phone) : undefined;
  return parsed?.isValid() === true ? parsed.number : null;
};

/** A person account is known by its account; everybody else by the contact. null: the mapping knows no such people. */
export function contactReference(object: string, contactId: string, row: unknown): RecordReference | null {
  const parsed = contactRow.safeParse(row ?? {});
  const contact: Partial<ContactRow> = parsed.success ? parsed.data : {};
  const ids = { Contact: contactId, PersonAccount: contact.AccountId ?? null } as const;
  const kind = (['PersonAccount', 'Contact'] as const).find((id) => hasKind(object, id));
  const remoteId = kind === undefined ? null : ids[kind];
  if (kind === undefined || remoteId === null) return null;
  return { object: kind, remoteId, email: contact.Email?.toLowerCase() ?? null, phone: phoneIn(contact.MobilePhone) };
}

/** Whom an activity or a campaign member is about, by the ids it holds. */
export function whoReference(
  object: string,
  id: string | null | undefined,
  accountId?: string | null,
): RecordReference | null {
  if (id?.startsWith('003') === true) return contactReference(object, id, { AccountId: accountId });
  if (id?.startsWith('00Q') === true && hasKind(object, 'Lead'))
    return { object: personKinds.Lead.id, remoteId: id, email: null, phone: null };
  return null;
}

/** The people of these accounts, for what belongs to a company and to nobody in it. */
export async function contactsOfAccounts(
  client: SalesforceClient,
  object: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, readonly RecordReference[]>> {
  const people = new Map<string, RecordReference[]>();
  for (const soql of queriesByKey('Contact', ['Id', ...contactFields], 'AccountId', [...new Set(accountIds)]))
    for (const row of await client.query(soql)) {
      const reference = contactReference(object, String(row.Id), row);
      const accountId = String(row.AccountId);
      if (reference !== null) people.set(accountId, [...(people.get(accountId) ?? []), reference]);
    }
  return people;
}
