import type { PullPage, RecordReference, RemoteFact } from '../../remote-fact.js';
import type { Account } from '../account.js';
import { associationsOf } from '../api/associations.js';
import { type CrmRecord, readRecords } from '../api/objects.js';
import { changedRecords } from './changed-records.js';
import { contactsBehind } from './contact-references.js';
import { sumOfAmounts } from './decimal.js';
import { asAttributes } from './derived.js';
import type { HubspotStream } from './stream.js';
import { asDate } from './wire-fields.js';

const dealProperties = [
  'dealname',
  'amount',
  'amount_in_home_currency',
  'deal_currency_code',
  'dealstage',
  'pipeline',
  'createdate',
  'closedate',
  'hs_is_closed',
  'hs_is_closed_won',
] as const;

export const dealsStream: HubspotStream = {
  declaration: {
    id: 'deals',
    title: 'Deals',
    description:
      'Deals created, won and lost, for each contact they belong to; and per contact how many, how much is open and won, and when the last one was won.',
    scopes: ['crm.objects.deals.read', 'crm.objects.contacts.read'],
    incremental: true,
    everyMs: 15 * 60_000,
  },
  async pull(account, request): Promise<PullPage> {
    const page = await changedRecords(account, request, { object: 'deals', properties: dealProperties, pageSize: 100 });
    const contacts = await contactsBehind(
      account,
      'deals',
      page.records.map(({ id }) => id),
    );
    const facts: RemoteFact[] = [];
    for (const deal of page.records)
      for (const about of contacts.get(deal.id) ?? []) facts.push(...(await activitiesOf(account, deal, about)));
    facts.push(...(await derivedOf(account, [...contacts.values()].flat())));
    return { facts, cursor: page.cursor, watermark: page.watermark, done: page.records.length, total: page.total };
  },
};

type Outcome = 'open' | 'won' | 'lost';

/** HubSpot computes both flags; an account that lacks one still has the stage's probability. */
async function outcomeOf({ directory }: Account, { properties }: CrmRecord): Promise<Outcome> {
  if (properties.hs_is_closed_won === 'true') return 'won';
  if (properties.hs_is_closed === 'true') return 'lost';
  if (properties.hs_is_closed === 'false') return 'open';
  const stage = await directory.stage('deals', properties.dealstage ?? '');
  if (stage?.metadata.isClosed !== 'true') return 'open';
  return Number(stage.metadata.probability ?? 0) === 1 ? 'won' : 'lost';
}

const closedNames = { won: 'deal_won', lost: 'deal_lost' } as const;

async function activitiesOf(account: Account, deal: CrmRecord, about: RecordReference): Promise<RemoteFact[]> {
  const { properties, id } = deal;
  const stage = await account.directory.stage('deals', properties.dealstage ?? '');
  const told = {
    dealId: id,
    ...(properties.dealname ? { deal: properties.dealname } : {}),
    ...(properties.amount ? { amount: sumOfAmounts([properties.amount]) } : {}),
    ...(properties.deal_currency_code ? { currency: properties.deal_currency_code } : {}),
    ...(stage === null ? {} : { stage: stage.label }),
  };
  const fact = (name: string, occurredAt: Date, key: string): RemoteFact => ({
    kind: 'activity',
    name,
    about,
    occurredAt,
    dedupeKey: `${name}:${id}:${about.remoteId ?? ''}${key}`,
    own: false,
    properties: told,
  });
  const created = fact('deal_created', asDate(properties.createdate) ?? deal.createdAt, '');
  const outcome = await outcomeOf(account, deal);
  if (outcome === 'open') return [created];
  const closedAt = asDate(properties.closedate) ?? deal.updatedAt;
  // Reopened and closed again is another closing.
  return [created, fact(closedNames[outcome], closedAt, `:${closedAt.toISOString()}`)];
}

const chunk = 100;

/** Of these contacts all deals are read, since a sum is of all of them. */
async function derivedOf(account: Account, touched: readonly RecordReference[]): Promise<RemoteFact[]> {
  const contacts = new Map(touched.flatMap((about) => (about.remoteId === null ? [] : [[about.remoteId, about]])));
  const facts: RemoteFact[] = [];
  const ids = [...contacts.keys()];
  for (let at = 0; at < ids.length; at += chunk) {
    const dealIds = await associationsOf(account.client, 'contacts', 'deals', ids.slice(at, at + chunk));
    const deals = await readDeals(account, [...dealIds.values()].flat());
    for (const [contactId, own] of dealIds) {
      const about = contacts.get(contactId);
      if (about !== undefined)
        facts.push(
          await toDerived(
            account,
            about,
            own.flatMap((id) => deals.get(id) ?? []),
          ),
        );
    }
  }
  return facts;
}

async function readDeals({ client }: Account, dealIds: readonly string[]): Promise<ReadonlyMap<string, CrmRecord>> {
  const ids = [...new Set(dealIds)];
  const deals = new Map<string, CrmRecord>();
  for (let at = 0; at < ids.length; at += chunk)
    for (const deal of await readRecords(client, 'deals', ids.slice(at, at + chunk), dealProperties))
      deals.set(deal.id, deal);
  return deals;
}

async function toDerived(account: Account, about: RecordReference, deals: readonly CrmRecord[]): Promise<RemoteFact> {
  const byOutcome: Record<Outcome, CrmRecord[]> = { open: [], won: [], lost: [] };
  for (const deal of deals) byOutcome[await outcomeOf(account, deal)].push(deal);
  const newest = new Date(Math.max(0, ...deals.map(({ updatedAt }) => updatedAt.getTime())));
  const wonAt = byOutcome.won.flatMap(({ properties }) => asDate(properties.closedate)?.getTime() ?? []);
  return {
    kind: 'derived',
    about,
    occurredAt: newest,
    dedupeKey: `derived:deals:${about.remoteId ?? ''}:${String(deals.length)}:${newest.toISOString()}`,
    own: false,
    attributes: asAttributes({
      hubspotDeals: deals.length,
      hubspotOpenAmount: sumOfAmounts(byOutcome.open.map(amountOf)),
      hubspotWonDeals: byOutcome.won.length,
      hubspotWonAmount: sumOfAmounts(byOutcome.won.map(amountOf)),
      hubspotLastWonAt: wonAt.length === 0 ? null : new Date(Math.max(...wonAt)).toISOString(),
    }),
  };
}

/** In the account's currency, so that amounts can be added; the same as `amount` in accounts with one currency. */
const amountOf = ({ properties }: CrmRecord): string | null =>
  properties.amount_in_home_currency ?? properties.amount ?? null;
