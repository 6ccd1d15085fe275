import { z } from 'zod';
import type { PullPage, RecordReference, RemoteFact } from '../../remote-fact.js';
import { isSameId, userIdOf } from '../identity.js';
import type { Tools } from '../write-plan.js';
import { changedRows, latest, momentOf, pageOf } from './changed-rows.js';
import { minuteMs, type SalesforceStream } from './history-stream.js';
import { concernedBy, rolesOf, type Through } from './opportunity-people.js';
import { dealSums, type Touched } from './opportunity-sums.js';
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
  IsDeleted: flag,
  SystemModstamp: text,
});
type Opportunity = z.infer<typeof opportunity>;

const ownFields = [
  ...['Name', 'StageName', 'Amount', 'IsClosed', 'IsWon', 'CloseDate'],
  ...['CreatedDate', 'CreatedById', 'IsDeleted', 'AccountId'],
];

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
    const page = await changedRows(client, request, {
      object: 'Opportunity',
      fields: [...ownFields, ...currency, rolesOf(request.object)],
      scope: 'all', // one that was deleted leaves the sums
      pageSize: 100,
    });
    const us = await userIdOf(client);
    const facts: RemoteFact[] = [];
    const touched = new Map<string, Touched>();
    for (const { row, people } of await concernedBy(client, request.object, page.rows)) {
      const parsed = opportunity.parse(row);
      const at = momentOf(parsed.SystemModstamp);
      for (const { contactId, about, through } of people) {
        // Who is only at the same company has no sums of their own.
        if (through === 'role' || about.object === 'PersonAccount')
          touched.set(contactId, { about, at: latest(touched.get(contactId)?.at ?? null, at) });
        if (parsed.IsDeleted) continue;
        facts.push(...activitiesOf(parsed, about, through, isSameId(us, parsed.CreatedById ?? null)));
      }
    }
    return { ...pageOf(page), facts: [...facts, ...(await dealSums(client, touched, currency))] };
  },
};

/** Orgs with several currencies say which one an amount is in. */
const currencyField = async ({ schemas }: Tools): Promise<readonly string[]> =>
  (await schemas.find('Opportunity'))?.fields.has('CurrencyIsoCode') === true ? ['CurrencyIsoCode'] : [];

function activitiesOf(
  deal: Opportunity,
  about: RecordReference,
  through: Through,
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
