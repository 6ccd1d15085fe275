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
  IsPersonAccount: z.boolean().nullish().catch(null),
});
type ContactRow = z.infer<typeof contactRow>;

/** What has to be read of a contact to know whom a mapping to this object knows them as. Only orgs with person accounts have the last one. */
export const contactFields = (object: string): readonly string[] => [
  ...['AccountId', 'Email', 'MobilePhone'],
  ...(hasKind(object, 'PersonAccount') ? ['IsPersonAccount'] : []),
];

/** Does a mapping to this object know such people? */
export const hasKind = (object: string, id: PersonKind['id']): boolean =>
  kindsOf(object).some((kind) => kind.id === id);

/** A number that is complete enough to know a person by. */
export const phoneIn = (phone: string | null | undefined): string | null => {
  const parsed = phone?.startsWith('+') === true ? parsePhoneNumberFromString(phone) : undefined;
  return parsed?.isValid() === true ? parsed.number : null;
};

/**
 * A person account is known by its account; everybody else by the contact. null: the mapping knows no such people, for example the contact
 * of a business account where it is to person accounts.
 */
export function contactReference(object: string, contactId: string, row: unknown): RecordReference | null {
  const parsed = contactRow.safeParse(row ?? {});
  const contact: Partial<ContactRow> = parsed.success ? parsed.data : {};
  const account = contact.IsPersonAccount === true ? (contact.AccountId ?? null) : null;
  const ids = { Contact: contactId, PersonAccount: account } as const;
  const kind = (['PersonAccount', 'Contact'] as const).find((id) => hasKind(object, id));
  const remoteId = kind === undefined ? null : ids[kind];
  if (kind === undefined || remoteId === null) return null;
  return { object: kind, remoteId, email: contact.Email?.toLowerCase() ?? null, phone: phoneIn(contact.MobilePhone) };
}

const account = z.object({ IsPersonAccount: z.boolean().nullish() }).nullish().catch(null);

/** What has to be read of an activity, or of anything else that names its person by id, to know whom it is about. */
export const whoFields = (object: string): readonly string[] => [
  ...['WhoId', 'Who.Email', 'AccountId'],
  ...(hasKind(object, 'PersonAccount') ? ['Account.IsPersonAccount'] : []),
];
const whoRow = z.object({
  WhoId: text,
  Who: z.object({ Email: text }).nullish().catch(null),
  AccountId: text,
  Account: account.optional(),
});

/** Whom an activity is about. */
export function whoReference(object: string, row: unknown): RecordReference | null {
  const { WhoId: id, Who, AccountId, Account } = whoRow.parse(row);
  if (id?.startsWith('003') === true)
    return contactReference(object, id, { Email: Who?.Email, AccountId, IsPersonAccount: Account?.IsPersonAccount });
  return id?.startsWith('00Q') === true ? leadReference(object, id, Who?.Email ?? null) : null;
}

export const leadReference = (object: string, id: string, email: string | null): RecordReference | null =>
  hasKind(object, 'Lead')
    ? { object: personKinds.Lead.id, remoteId: id, email: email?.toLowerCase() ?? null, phone: null }
    : null;

/** Somebody whom the mapping knows, with their contact. */
export interface ContactPerson {
  readonly contactId: string;
  readonly about: RecordReference;
}

/** The people of these accounts, for what belongs to a company and to nobody in it. */
export async function contactsOfAccounts(
  client: SalesforceClient,
  object: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ContactPerson[]>> {
  const people = new Map<string, ContactPerson[]>();
  const fields = ['Id', ...contactFields(object)];
  for (const soql of queriesByKey('Contact', fields, 'AccountId', [...new Set(accountIds)]))
    for (const row of await client.query(soql)) {
      const about = contactReference(object, String(row.Id), row);
      const accountId = String(row.AccountId);
      if (about !== null)
        people.set(accountId, [...(people.get(accountId) ?? []), { contactId: String(row.Id), about }]);
    }
  return people;
}
