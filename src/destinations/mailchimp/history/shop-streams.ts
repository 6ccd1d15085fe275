import { z } from 'zod';
import type { PullPage, RemoteFact } from '../../remote-fact.js';
import { pageSize } from '../api.js';
import type { Customer, HistoryClient, Order, Store } from './history-client.js';
import {
  activity,
  derivedFact,
  newsSince,
  readCursor,
  toDate,
  type HistoryTools,
  type MailchimpStream,
} from './stream.js';

const hourMs = 60 * 60_000;

const cursorSchema = z.object({
  startedAt: z.iso.datetime(),
  stores: z.array(z.object({ id: z.string(), name: z.string(), list_id: z.string(), currency_code: z.string() })),
  at: z.int(),
  offset: z.int(),
});
type Cursor = z.infer<typeof cursorSchema>;

interface Part {
  readonly facts: readonly RemoteFact[];
  readonly count: number;
}

/** A stream that goes through the audience's shops, page by page. */
const byStore = (
  declaration: MailchimpStream['declaration'],
  read: (
    tools: HistoryTools,
    store: Store,
    stores: readonly Store[],
    offset: number,
    since: Date | null,
  ) => Promise<Part>,
): MailchimpStream => ({
  declaration,
  async pull(tools, request) {
    const stores = request.cursor === null ? await tools.history.stores() : [];
    const fresh: Cursor = { startedAt: tools.now().toISOString(), stores: [...stores], at: 0, offset: 0 };
    const cursor = readCursor(cursorSchema, request.cursor, () => fresh);
    const store = cursor.stores[cursor.at];
    const ended = { watermark: cursor.startedAt, total: cursor.stores.length };
    if (store === undefined) return { ...ended, facts: [], cursor: null, done: cursor.at };
    const { facts, count } = await read(tools, store, cursor.stores, cursor.offset, newsSince(request));
    const isLast = count < pageSize;
    const next: Cursor = isLast
      ? { ...cursor, at: cursor.at + 1, offset: 0 }
      : { ...cursor, offset: cursor.offset + pageSize };
    const page: PullPage = { ...ended, facts, cursor: next, done: next.at };
    return next.at >= cursor.stores.length ? { ...page, cursor: null } : page;
  },
});

export const orders = byStore(
  {
    id: 'orders',
    title: 'Orders',
    description: 'Orders in the shops connected to the audience, and when the last one was placed.',
    scopes: [],
    incremental: true,
    everyMs: hourMs,
  },
  async ({ history }, store, _stores, offset, since) => {
    const { orders: all } = await history.orders(store.id, offset);
    // Mailchimp cannot be asked for new ones only.
    const news = all.filter(({ processed_at_foreign: at }) => since === null || (toDate(at) ?? since) >= since);
    return { facts: news.flatMap((order) => orderFacts(store, order)), count: all.length };
  },
);

function orderFacts(
  store: Store,
  { id, customer, order_total, currency_code, processed_at_foreign, financial_status, campaign_id }: Order,
): readonly RemoteFact[] {
  const { email_address: email } = customer;
  if (email === '') return [];
  const at = toDate(processed_at_foreign);
  const properties = {
    orderId: id,
    total: order_total,
    currency: currency_code,
    store: store.name,
    status: financial_status,
    campaignId: campaign_id,
  };
  const placed = activity(email, 'order_placed', at, id, properties);
  return at === null ? [placed] : [placed, derivedFact(email, at, { mailchimpLastOrderAt: at.toISOString() })];
}

export const customers = byStore(
  {
    id: 'customers',
    title: 'Customers',
    description: 'How many orders each customer has placed in the connected shops, and for how much.',
    scopes: [],
    incremental: false,
    everyMs: 24 * hourMs,
  },
  async ({ history, now }, store, stores, offset) => {
    const { customers: all } = await history.customers(store.id, offset);
    const facts: RemoteFact[] = [];
    for (const customer of all)
      if (customer.email_address !== '') facts.push(await totals(history, now(), store, stores, customer));
    return { facts, count: all.length };
  },
);

/** Over all shops of the audience: with one shop there is nothing more to ask. */
async function totals(
  history: HistoryClient,
  at: Date,
  store: Store,
  stores: readonly Store[],
  customer: Customer,
): Promise<RemoteFact> {
  const { email_address: email } = customer;
  const others = stores.filter(({ id }) => id !== store.id);
  const elsewhere = await Promise.all(others.map(async ({ id }) => (await history.customers(id, 0, email)).customers));
  const everywhere = [customer, ...elsewhere.flat()];
  const currencies = new Set(stores.map(({ currency_code }) => currency_code));
  const [currency = ''] = currencies;
  // In hundredths: sums of prices are no sums of floating points.
  const spent = everywhere.reduce((sum, { total_spent }) => sum + Math.round(total_spent * 100), 0) / 100;
  return derivedFact(email, at, {
    mailchimpOrdersCount: everywhere.reduce((sum, { orders_count }) => sum + orders_count, 0),
    ...(currencies.size === 1 ? { mailchimpTotalSpent: spent, mailchimpCurrency: currency } : {}),
  });
}
