import { z } from 'zod';
import type { PullPage, RecordReference, RemoteFact } from '../../remote-fact.js';
import { nestedRows, type SalesforceClient } from '../client.js';
import { isSameId, userIdOf } from '../identity.js';
import { queriesByKey } from '../soql-text.js';
import type { QueriedRow } from '../wire.js';
import type { Tools } from '../write-plan.js';
import { changedRows, momentOf } from './changed-rows.js';
import { derivedFact } from './derived.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import { contactFields, contactReference, contactsOfAccounts } from './people-of-rows.js';
import { flag, text } from './row-values.js';

const opportunity = z.object({
  Id: z.string(),
  Name: z.string(),
  StageName: text,
  Amount: z.number().nullish(),
  CurrencyIsoCode: text,
  IsClosed: flag,
  IsWon: flag,
  CloseDate: text,
  CreatedDate: text,
  CreatedById: text,
  AccountId: text,
});
type Opportunity = z.infer<typeof opportunity>;

const ownFields = [
  'Name',
  'StageName',
  'Amount',
  'IsClosed',
  'IsWon',
  'CloseDate',
  'CreatedDate',
  'CreatedById',
  'AccountId',
];
const roleFields = ['ContactId', ...contactFields.map((field) => `Contact.${field}`)];

export const opportunitiesStream: SalesforceStream = {
  declaration: {
    id: 'opportunities',
    title: 'Opportunities',
    description:
      'Opportunities created, won and lost, for each person with a contact role (for all people of the account where nobody has one); and per person how many, how much is open and won.',
    scopes: ['Opportunity: read', 'Contact: read'],
    incremental: true,
    everyMs: 15 * minuteMs,
  },
  pull: async (tools, request): Promise<PullPage> => {
    const { client } = tools;
    const currency = await currencyField(tools);
    const roles = `(SELECT ${roleFields.join(', ')} FROM OpportunityContactRoles)`;
    const page = await changedRows(client, request, {
      object: 'Opportunity',
      fields: [...ownFields, ...currency, roles],
      pageSize: 100,
    });
    const us = await userIdOf(client);
    const people = await peopleOf(client, request.object, page.rows);
    const facts: RemoteFact[] = [];
    const touched = new Map<string, RecordReference>();
    for (const { row, contacts, through } of people) {
      const parsed = opportunity.parse(row);
      for (const { contactId, about } of contacts) {
        facts.push(...activitiesOf(parsed, about, through, isSameId(us, parsed.CreatedById ?? null)));
        touched.set(contactId, about);
      }
    }
    facts.push(...(await summedUp(client, touched, currency)));
    return { ...pageOf(page), facts };
  },
};

export const pageOf = ({ cursor, watermark, done, total }: Omit<PullPage, 'facts'>) => ({
  cursor,
  watermark,
  done,
  total,
});

/** Orgs with several currencies say which one an amount is in. */
const currencyField = async ({ schemas }: Tools): Promise<readonly string[]> =>
  (await schemas.find('Opportunity'))?.fields.has('CurrencyIsoCode') === true ? ['CurrencyIsoCode'] : [];

interface Concerned {
  readonly row: QueriedRow;
  readonly through: 'role' | 'account';
  readonly contacts: readonly { readonly contactId: string; readonly about: RecordReference }[];
}

/** People with a role; where an opportunity has none, the people of its account. */
async function peopleOf(
  client: SalesforceClient,
  object: string,
  rows: readonly QueriedRow[],
): Promise<readonly Concerned[]> {
  const concerned: Concerned[] = [];
  const roleless: QueriedRow[] = [];
  for (const row of rows) {
    const roles = await nestedRows(client, row.OpportunityContactRoles);
    const contacts = roles.flatMap(({ ContactId, Contact }) => {
      const about = contactReference(object, String(ContactId), Contact);
      return about === null ? [] : [{ contactId: String(ContactId), about }];
    });
    if (roles.length === 0 && typeof row.AccountId === 'string') roleless.push(row);
    else concerned.push({ row, through: 'role', contacts });
  }
  const ofAccounts = await contactsOfAccounts(
    client,
    object,
    roleless.map(({ AccountId }) => String(AccountId)),
  );
  for (const row of roleless) {
    const people = ofAccounts.get(String(row.AccountId)) ?? [];
    const contacts = people.map((about) => ({ contactId: about.remoteId ?? '', about }));
    concerned.push({ row, through: 'account', contacts });
  }
  return concerned;
}

function activitiesOf(
  deal: Opportunity,
  about: RecordReference,
  through: Concerned['through'],
  isOurs: boolean,
): readonly RemoteFact[] {
  const properties = {
    dealId: deal.Id,
    deal: deal.Name,
    through,
    ...(deal.StageName == null ? {} : { stage: deal.StageName }),
    ...(deal.Amount == null ? {} : { amount: deal.Amount }),
    ...(deal.CurrencyIsoCode == null ? {} : { currency: deal.CurrencyIsoCode }),
  };
  const fact = (name: string, occurredAt: Date | null, key: string, own: boolean): RemoteFact => ({
    kind: 'activity',
    name,
    about,
    occurredAt,
    dedupeKey: `${name}:${deal.Id}:${about.remoteId ?? ''}${key}`,
    own,
    properties,
  });
  const created = fact('deal_created', momentOf(deal.CreatedDate), '', isOurs);
  if (!deal.IsClosed) return [created];
  // Reopened and closed again is another closing. Salesforce knows the day only.
  return [
    created,
    fact(deal.IsWon ? 'deal_won' : 'deal_lost', momentOf(deal.CloseDate), `:${deal.CloseDate ?? ''}`, false),
  ];
}

const role = z.object({
  ContactId: z.string(),
  Opportunity: z.object({
    Id: z.string(),
    Amount: z.number().nullish(),
    CurrencyIsoCode: text,
    IsClosed: flag,
    IsWon: flag,
    CloseDate: text,
    SystemModstamp: text,
  }),
});
type Deal = z.infer<typeof role>['Opportunity'];

/** Of these people all opportunities are read, since a sum is of all of them. */
async function summedUp(
  client: SalesforceClient,
  touched: ReadonlyMap<string, RecordReference>,
  currency: readonly string[],
): Promise<readonly RemoteFact[]> {
  const fields = ['Id', 'Amount', 'IsClosed', 'IsWon', 'CloseDate', 'SystemModstamp', ...currency];
  const select = ['ContactId', ...fields.map((field) => `Opportunity.${field}`)];
  const dealsOf = new Map<string, Map<string, Deal>>();
  for (const soql of queriesByKey('OpportunityContactRole', select, 'ContactId', [...touched.keys()]))
    for (const { ContactId, Opportunity } of z.array(role).parse(await client.query(soql)))
      dealsOf.set(ContactId, (dealsOf.get(ContactId) ?? new Map<string, Deal>()).set(Opportunity.Id, Opportunity));
  return [...dealsOf].flatMap(([contactId, deals]) => {
    const about = touched.get(contactId);
    return about === undefined ? [] : (sumOf(about, [...deals.values()]) ?? []);
  });
}

function sumOf(about: RecordReference, deals: readonly Deal[]): RemoteFact | null {
  const won = deals.filter(({ IsWon }) => IsWon);
  const open = deals.filter(({ IsClosed }) => !IsClosed);
  const newest = deals
    .flatMap(({ SystemModstamp }) => momentOf(SystemModstamp) ?? [])
    .sort((one, other) => other.getTime() - one.getTime())[0];
  return derivedFact('opportunities', about, newest ?? null, {
    salesforceDeals: deals.length,
    salesforceWonDeals: won.length,
    salesforceWonAmount: amountOf(won),
    salesforceOpenAmount: amountOf(open),
    salesforceLastWonAt:
      won
        .flatMap(({ CloseDate }) => CloseDate ?? [])
        .sort()
        .at(-1) ?? null,
  });
}

/** In hundredths, so that cents add up; null: amounts of several currencies are no sum. */
export function amountOf(deals: readonly Pick<Deal, 'Amount' | 'CurrencyIsoCode'>[]): number | null {
  const priced = deals.filter(({ Amount }) => Amount != null);
  if (new Set(priced.map(({ CurrencyIsoCode }) => CurrencyIsoCode ?? '')).size > 1) return null;
  return priced.reduce((sum, { Amount }) => sum + Math.round((Amount ?? 0) * 100), 0) / 100;
}
