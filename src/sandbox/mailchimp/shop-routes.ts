import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseBody } from './bodies.js';
import type { Order, Store } from './marketing-state.js';
import { problems } from './problem.js';
import { pageQuery } from './queries.js';
import type { Account } from './account-in-routes.js';

const storeBody = z.object({
  id: z.string(),
  list_id: z.string(),
  name: z.string(),
  currency_code: z.string().length(3),
});
const customerBody = z.object({
  id: z.string().optional(),
  email_address: z.string(),
  opt_in_status: z.boolean(),
  first_name: z.string().default(''),
  last_name: z.string().default(''),
});
const orderBody = z.object({
  id: z.string(),
  customer: z.object({ id: z.string() }),
  currency_code: z.string().length(3),
  order_total: z.number(),
  processed_at_foreign: z.string().optional(),
  financial_status: z.string().default('paid'),
  campaign_id: z.string().default(''),
  lines: z.array(z.unknown()),
});
const customersQuery = pageQuery.extend({ email_address: z.string().optional() });

interface InStore {
  Params: { store: string };
}
interface InCustomer {
  Params: { store: string; customer: string };
}

/** Shops that an admin has connected, their customers and orders. */
export function registerShopRoutes(app: FastifyInstance, account: Account): void {
  app.get('/ecommerce/stores', (request) => {
    const { offset, count } = pageQuery.parse(request.query);
    const all = account.facts().stores;
    return { stores: all.slice(offset, offset + count).map(storeAnswer), total_items: all.length, _links: [] };
  });
  app.post('/ecommerce/stores', (request) => {
    const body = parseBody(storeBody, request.body);
    const store: Store = { ...body, created_at: account.now(), customers: [], orders: [] };
    account.facts().stores.push(store);
    return storeAnswer(store);
  });
  app.get<InStore>('/ecommerce/stores/:store/customers', (request) => {
    const store = storeOf(account, request.params.store);
    const { offset, count, email_address: email } = customersQuery.parse(request.query);
    const all = store.customers.filter((one) => email === undefined || isSame(one.email_address, email));
    const customers = all.slice(offset, offset + count).map((customer) => customerAnswer(store, customer));
    return { store_id: store.id, customers, total_items: all.length, _links: [] };
  });
  app.put<InCustomer>('/ecommerce/stores/:store/customers/:customer', (request) => {
    const store = storeOf(account, request.params.store);
    const body = { ...parseBody(customerBody, request.body), id: request.params.customer };
    subscribeBuyer(account, store, body);
    const customer = { created_at: account.now(), ...body };
    store.customers = [...store.customers.filter(({ id }) => id !== customer.id), customer];
    return customerAnswer(store, customer);
  });
  app.get<InStore>('/ecommerce/stores/:store/orders', (request) => {
    const store = storeOf(account, request.params.store);
    const { offset, count } = pageQuery.parse(request.query);
    const orders = store.orders.slice(offset, offset + count).map((order) => orderAnswer(store, order));
    return { store_id: store.id, orders, total_items: store.orders.length, _links: [] };
  });
  app.post<InStore>('/ecommerce/stores/:store/orders', (request) => {
    const store = storeOf(account, request.params.store);
    const {
      customer,
      lines: _lines,
      processed_at_foreign = account.now(),
      ...body
    } = parseBody(orderBody, request.body);
    const order: Order = { ...body, processed_at_foreign, customer_id: customer.id };
    store.orders.push(order);
    logOrder(account, store, order);
    return orderAnswer(store, order);
  });
}

/** A shop's customer is a contact of its audience: who opted in is subscribed, anybody else gets no marketing. */
function subscribeBuyer(account: Account, store: Store, body: z.infer<typeof customerBody>): void {
  const audience = account.audience(store.list_id);
  const member = audience.find(body.email_address);
  if (!member) audience.create(body.email_address, body.opt_in_status ? 'subscribed' : 'transactional');
  else if (body.opt_in_status && member.status === 'transactional')
    audience.changing(member, 'api', () => audience.setStatus(member, 'subscribed'));
}

function logOrder(account: Account, store: Store, order: Order): void {
  const customer = store.customers.find(({ id }) => id === order.customer_id);
  const audience = account.audience(store.list_id);
  const member = customer === undefined ? undefined : audience.find(customer.email_address);
  if (!member) return;
  const order_total = `${order.currency_code} ${order.order_total.toFixed(2)}`;
  audience.log(member, {
    activity_type: 'order',
    order_id: order.id,
    order_total,
    order_items: [],
    store_name: store.name,
  });
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function storeOf(account: Account, id: string): Store {
  const store = account.facts().stores.find((candidate) => candidate.id === id);
  if (!store) throw problems.notFound();
  return store;
}

const storeAnswer = ({ id, list_id, name, currency_code, created_at }: Store) => ({
  id,
  list_id,
  name,
  platform: '',
  domain: '',
  is_syncing: false,
  email_address: '',
  currency_code,
  created_at,
  updated_at: created_at,
  _links: [],
});

function customerAnswer(store: Store, { created_at, ...customer }: Store['customers'][number]) {
  const orders = store.orders.filter(({ customer_id }) => customer_id === customer.id);
  const total = orders.reduce((sum, { order_total }) => sum + Math.round(order_total * 100), 0);
  return {
    ...customer,
    company: '',
    orders_count: orders.length,
    total_spent: total / 100,
    created_at,
    updated_at: created_at,
    _links: [],
  };
}

function orderAnswer(store: Store, { customer_id, ...order }: Order) {
  const customer = store.customers.find(({ id }) => id === customer_id);
  return {
    ...order,
    store_id: store.id,
    customer: customer === undefined ? { id: customer_id } : customerAnswer(store, customer),
    fulfillment_status: '',
    discount_total: 0,
    tax_total: 0,
    shipping_total: 0,
    lines: [],
    _links: [],
  };
}
