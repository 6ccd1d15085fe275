import { z } from 'zod';
import { memberAnswer } from '../answers.js';
import { pageSize, type MailchimpApi } from '../api.js';
import { subscriberHash } from '../client.js';

const share = z.number().catch(0);

export const historyMember = memberAnswer.extend({
  unsubscribe_reason: z.string().default(''),
  member_rating: z.number().default(0),
  stats: z.object({ avg_open_rate: share, avg_click_rate: share }).default({ avg_open_rate: 0, avg_click_rate: 0 }),
});
export type HistoryMember = z.infer<typeof historyMember>;

const membersAnswer = z.object({ members: z.array(historyMember), total_items: z.number().default(0) });

const action = z.object({
  action: z.string(),
  timestamp: z.string(),
  url: z.string().default(''),
  type: z.string().default(''),
});
export type MailAction = z.infer<typeof action>;
const activityAnswer = z.object({
  emails: z.array(z.object({ email_address: z.string(), activity: z.array(action).default([]) })),
  total_items: z.number(),
});

const unsubscribedAnswer = z.object({
  unsubscribes: z.array(z.object({ email_address: z.string(), timestamp: z.string(), reason: z.string().default('') })),
  total_items: z.number(),
});

/** Kinds differ in what else they hold; absent texts are empty. */
export const feedItem = z.looseObject({ activity_type: z.string(), created_at_timestamp: z.string() });
export type FeedItem = z.infer<typeof feedItem>;
const feedAnswer = z.object({ activity: z.array(feedItem) });

const store = z.object({
  id: z.string(),
  name: z.string().default(''),
  list_id: z.string(),
  currency_code: z.string().default(''),
});
export type Store = z.infer<typeof store>;
const storesAnswer = z.object({ stores: z.array(store) });

const customer = z.object({
  id: z.string(),
  email_address: z.string().default(''),
  orders_count: z.number().default(0),
  total_spent: z.number().default(0),
});
export type Customer = z.infer<typeof customer>;
const customersAnswer = z.object({ customers: z.array(customer), total_items: z.number() });

const order = z.object({
  id: z.string(),
  customer: z.object({ email_address: z.string().default('') }),
  order_total: z.number().default(0),
  currency_code: z.string().default(''),
  processed_at_foreign: z.string().default(''),
  financial_status: z.string().default(''),
  campaign_id: z.string().default(''),
});
export type Order = z.infer<typeof order>;
const ordersAnswer = z.object({ orders: z.array(order), total_items: z.number() });

export interface MembersQuery {
  readonly since: string | null;
  readonly status: 'archived' | null;
  readonly offset: number;
  readonly count: number;
  readonly fields: readonly string[];
}

/** What Mailchimp tells of the past. Reads only. */
export class HistoryClient {
  constructor(private readonly api: MailchimpApi) {}

  /** Longest unchanged first. */
  members({ since, status, offset, count, fields }: MembersQuery) {
    const options = {
      ...(status === null ? {} : { status }),
      ...(since === null ? {} : { since_last_changed: since }),
      sort_field: 'last_changed',
      sort_dir: 'ASC',
      count,
      offset,
      fields: [...fields.map((field) => `members.${field}`), 'total_items'],
    };
    const call = { operation: 'history.members' };
    return this.api.ofAudience(call, (sdk, list) => sdk.lists.getListMembersInfo(list, options), membersAnswer);
  }

  async feed(email: string): Promise<readonly FeedItem[]> {
    const call = { operation: 'history.feed' };
    const hash = subscriberHash(email);
    const options = { count: pageSize };
    const send = this.api.ifThere(
      call,
      (sdk, list) => sdk.lists.getListMemberActivityFeed(list, hash, options),
      feedAnswer,
    );
    return (await send)?.activity ?? [];
  }

  /** null: the campaign has no report, or not any more. */
  mailActivity(campaignId: string, since: string | null, offset: number) {
    const options = { count: pageSize, offset, ...(since === null ? {} : { since }) };
    const call = { operation: 'history.emailActivity' };
    return this.api.ifThere(
      call,
      (sdk) => sdk.reports.getEmailActivityForCampaign(campaignId, options),
      activityAnswer,
    );
  }

  unsubscribed(campaignId: string, offset: number) {
    const call = { operation: 'history.unsubscribed' };
    const options = { count: pageSize, offset };
    return this.api.ifThere(
      call,
      (sdk) => sdk.reports.getUnsubscribedListForCampaign(campaignId, options),
      unsubscribedAnswer,
    );
  }

  /** Shops of this audience. */
  async stores(): Promise<readonly Store[]> {
    const call = { operation: 'history.stores' };
    const { stores } = await this.api.read(call, (sdk) => sdk.ecommerce.stores({ count: pageSize }), storesAnswer);
    return stores.filter(({ list_id }) => list_id === this.api.listId);
  }

  customers(storeId: string, offset: number, email: string | null = null) {
    const options = { count: pageSize, offset, ...(email === null ? {} : { email_address: email }) };
    const call = { operation: 'history.customers' };
    return this.api.read(call, (sdk) => sdk.ecommerce.getAllStoreCustomers(storeId, options), customersAnswer);
  }

  orders(storeId: string, offset: number) {
    const call = { operation: 'history.orders' };
    const options = { count: pageSize, offset };
    return this.api.read(call, (sdk) => sdk.ecommerce.getStoreOrders(storeId, options), ordersAnswer);
  }
}
