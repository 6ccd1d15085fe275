import { nestedRows, type SalesforceClient } from '../client.js';
import type { QueriedRow } from '../wire.js';
import { contactFields, contactReference, contactsOfAccounts, hasKind, type ContactPerson } from './people-of-rows.js';

/** How an opportunity is somebody's: by a contact role, or because it is their account's and nobody has a role. */
export type Through = 'role' | 'account';

export interface Concerned {
  readonly row: QueriedRow;
  readonly people: readonly (ContactPerson & { readonly through: Through })[];
}

/** The contact roles of an opportunity, as a subquery. */
export const rolesOf = (object: string): string =>
  `(SELECT ${['ContactId', ...contactFields(object).map((field) => `Contact.${field}`)].join(', ')} FROM OpportunityContactRoles)`;

/**
 * Whom each of these opportunities is about: people with a role; where nobody has one, all people of its account. A person account is the
 * account itself, so what belongs to the account is always theirs.
 */
export async function concernedBy(
  client: SalesforceClient,
  object: string,
  rows: readonly QueriedRow[],
): Promise<readonly Concerned[]> {
  const accountsAreThemselves = hasKind(object, 'PersonAccount');
  const withRoles: { readonly row: QueriedRow; readonly people: readonly ContactPerson[]; readonly roles: number }[] =
    [];
  for (const row of rows) {
    const roles = await nestedRows(client, row.OpportunityContactRoles);
    const people = roles.flatMap(({ ContactId, Contact }) => {
      const about = contactReference(object, String(ContactId), Contact);
      return about === null ? [] : [{ contactId: String(ContactId), about }];
    });
    withRoles.push({ row, people, roles: roles.length });
  }
  const accountOf = ({ row, roles }: (typeof withRoles)[number]): string | null =>
    (roles === 0 || accountsAreThemselves) && typeof row.AccountId === 'string' ? row.AccountId : null;
  const accounts = withRoles.flatMap((one) => accountOf(one) ?? []);
  const ofAccounts = await contactsOfAccounts(client, object, accounts);
  return withRoles.map((one) => {
    const named = one.people.map((person) => ({ ...person, through: 'role' as const }));
    const has = new Set(named.map(({ about }) => about.remoteId));
    const others = (ofAccounts.get(accountOf(one) ?? '') ?? [])
      .filter(({ about }) => !has.has(about.remoteId))
      .map((person) => ({ ...person, through: 'account' as const }));
    return { row: one.row, people: [...named, ...others] };
  });
}
