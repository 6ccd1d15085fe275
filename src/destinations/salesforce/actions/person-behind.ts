import { z } from 'zod';
import type { ActionRequest } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import type { SalesforceClient } from '../client.js';
import { queriesByKey } from '../soql-text.js';

/** The person an action is about, as tasks, campaigns and opportunities name people. */
export interface PersonBehind {
  /** A contact or a lead: never an account. */
  readonly id: string;
  readonly isLead: boolean;
  readonly accountId: string | null;
}

export type PeopleBehind = (request: ActionRequest) => PersonBehind | DeliveryError;

const contactRow = z.object({ Id: z.string(), AccountId: z.string().nullish() });
const leadRow = z.object({ Id: z.string(), IsConverted: z.boolean(), ConvertedContactId: z.string().nullish() });
const accountRow = z.object({ Id: z.string(), PersonContactId: z.string().nullish() });

/**
 * Finds the people of these runs: a converted lead is its contact by now, a person account is the contact behind it.
 * One query for each kind of record there is, none for contacts unless their accounts are wanted.
 */
export async function findPeopleBehind(
  client: SalesforceClient,
  requests: readonly ActionRequest[],
  { withAccounts }: { readonly withAccounts: boolean },
): Promise<PeopleBehind> {
  const ids = [...new Set(requests.flatMap(({ subject }) => subject?.remoteId ?? []))];
  const found = new Map<string, PersonBehind>();
  const leads = await rowsOf(
    client,
    'Lead',
    ['Id', 'IsConverted', 'ConvertedContactId'],
    startingWith('00Q', ids),
    leadRow,
  );
  const accounts = await rowsOf(client, 'Account', ['Id', 'PersonContactId'], startingWith('001', ids), accountRow);
  for (const { Id, IsConverted } of leads) if (!IsConverted) found.set(Id, { id: Id, isLead: true, accountId: null });
  const contactOf = new Map([
    ...startingWith('003', ids).map((id) => [id, id] as const),
    ...leads.flatMap(({ Id, ConvertedContactId }) => pair(Id, ConvertedContactId)),
    ...accounts.flatMap(({ Id, PersonContactId }) => pair(Id, PersonContactId)),
  ]);
  const contacts = withAccounts
    ? await rowsOf(client, 'Contact', ['Id', 'AccountId'], [...new Set(contactOf.values())], contactRow)
    : [...contactOf.values()].map((Id) => ({ Id, AccountId: null }));
  const accountOf = new Map(contacts.map(({ Id, AccountId }) => [Id, AccountId ?? null]));
  for (const [id, contact] of contactOf)
    if (accountOf.has(contact))
      found.set(id, { id: contact, isLead: false, accountId: accountOf.get(contact) ?? null });
  return ({ subject }) => found.get(subject?.remoteId ?? '') ?? gone(subject?.remoteId ?? 'nobody');
}

const startingWith = (prefix: string, ids: readonly string[]): string[] => ids.filter((id) => id.startsWith(prefix));
const pair = (id: string, contact: string | null | undefined): (readonly [string, string])[] =>
  contact === null || contact === undefined ? [] : [[id, contact]];

async function rowsOf<T>(
  client: SalesforceClient,
  object: string,
  fields: readonly string[],
  ids: readonly string[],
  row: z.ZodType<T>,
): Promise<T[]> {
  const rows: T[] = [];
  for (const soql of queriesByKey(object, fields, 'Id', ids))
    rows.push(...z.array(row).parse(await client.query(soql)));
  return rows;
}

const gone = (id: string): DeliveryError =>
  new DeliveryError('rejected', `The record ${id} is not in Salesforce any more`, {
    code: 'RECORD_GONE',
    recordOnly: true,
  });
