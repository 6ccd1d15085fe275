import { z } from 'zod';
import type { RecordReference, RemoteFact } from '../../remote-fact.js';
import type { SalesforceClient } from '../client.js';
import { queriesByKey } from '../soql-text.js';
import { momentOf } from './changed-rows.js';
import { derivedFact } from './derived.js';
import { flag, text } from './row-values.js';

const deal = z.object({
  Id: z.string(),
  AccountId: text,
  Amount: z.number().nullish(),
  CurrencyIsoCode: text,
  IsClosed: flag,
  IsWon: flag,
  CloseDate: text,
  SystemModstamp: text,
});
type Deal = z.infer<typeof deal>;
/** null: the opportunity is gone, or the integration user may not see it. */
const role = z.object({ ContactId: z.string(), Opportunity: deal.nullish() });

const dealFields = ['Id', 'AccountId', 'Amount', 'IsClosed', 'IsWon', 'CloseDate', 'SystemModstamp'];

/** Somebody of whose opportunities one has changed. */
export interface Touched {
  readonly about: RecordReference;
  /** When the latest of these changes was made. */
  readonly at: Date | null;
}

/**
 * Of these people all opportunities are read, since a sum is of all of them: those with a role of theirs, and those of a person account.
 * @param touched by contact id
 */
export async function dealSums(
  client: SalesforceClient,
  touched: ReadonlyMap<string, Touched>,
  currency: readonly string[],
): Promise<readonly RemoteFact[]> {
  const fields = [...dealFields, ...currency];
  const dealsOf = new Map<string, Map<string, Deal>>();
  const add = (contactId: string, one: Deal): void => {
    dealsOf.set(contactId, (dealsOf.get(contactId) ?? new Map<string, Deal>()).set(one.Id, one));
  };
  const select = ['ContactId', ...fields.map((field) => `Opportunity.${field}`)];
  for (const soql of queriesByKey('OpportunityContactRole', select, 'ContactId', [...touched.keys()]))
    for (const { ContactId, Opportunity } of z.array(role).parse(await client.query(soql)))
      if (Opportunity != null) add(ContactId, Opportunity);
  const contactOf = new Map(
    [...touched].flatMap(([contactId, { about }]) =>
      about.object === 'PersonAccount' ? [[about.remoteId ?? '', contactId] as const] : [],
    ),
  );
  for (const soql of queriesByKey('Opportunity', fields, 'AccountId', [...contactOf.keys()]))
    for (const one of z.array(deal).parse(await client.query(soql))) add(contactOf.get(one.AccountId ?? '') ?? '', one);
  return [...touched].flatMap(([contactId, one]) => sumOf(one, [...(dealsOf.get(contactId)?.values() ?? [])]) ?? []);
}

function sumOf({ about, at }: Touched, deals: readonly Deal[]): RemoteFact | null {
  const won = deals.filter(({ IsWon }) => IsWon);
  const open = deals.filter(({ IsClosed }) => !IsClosed);
  // One that was deleted is in no sum any more, but the sum without it is the newer one.
  const stamps = [at, ...deals.map(({ SystemModstamp }) => momentOf(SystemModstamp))].filter((stamp) => stamp !== null);
  const newest = stamps.sort((one, other) => other.getTime() - one.getTime())[0] ?? null;
  const wonOn = won.flatMap(({ CloseDate }) => CloseDate ?? []).sort();
  return derivedFact('opportunities', about, newest, {
    salesforceDeals: deals.length,
    salesforceWonDeals: won.length,
    salesforceWonAmount: amountOf(won),
    salesforceOpenAmount: amountOf(open),
    salesforceLastWonAt: wonOn.at(-1) ?? null,
  });
}

/** In hundredths, so that cents add up; null: amounts of several currencies are no sum. */
export function amountOf(deals: readonly Pick<Deal, 'Amount' | 'CurrencyIsoCode'>[]): number | null {
  const priced = deals.filter(({ Amount }) => Amount != null);
  if (new Set(priced.map(({ CurrencyIsoCode }) => CurrencyIsoCode ?? '')).size > 1) return null;
  return priced.reduce((sum, { Amount }) => sum + Math.round((Amount ?? 0) * 100), 0) / 100;
}
