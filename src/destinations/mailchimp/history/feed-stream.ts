import { z } from 'zod';
import type { RemoteFact } from '../../remote-fact.js';
import type { FeedItem } from './history-client.js';
import { lastTimes, mailFact, unsubscription } from './mail-streams.js';
import { activity, newsSince, readCursor, toDate, type MailchimpStream } from './stream.js';

const membersAtOnce = 25;
const cursorSchema = z.object({ startedAt: z.iso.datetime(), offset: z.int() });

const text = z.string().catch('');
const common = z.object({ campaign_id: text, campaign_title: text });

type Reader = (email: string, item: FeedItem, at: Date | null) => readonly RemoteFact[];

const mail = (email: string, item: FeedItem): readonly RemoteFact[] => {
  const { campaign_id: id, campaign_title: title } = common.parse(item);
  const { link_clicked: url, bounce_type: type } = z.object({ link_clicked: text, bounce_type: text }).parse(item);
  return mailFact(
    email,
    { id, title },
    { action: item.activity_type, timestamp: item.created_at_timestamp, url, type },
  );
};

/** Something simple: a name, and some of the item's texts. */
const simple =
  (name: string, texts: Readonly<Record<string, string>>): Reader =>
  (email, item, at) => {
    const properties = Object.fromEntries(Object.entries(texts).map(([key, from]) => [key, text.parse(item[from])]));
    const [first = ''] = Object.values(properties);
    return [activity(email, name, at, `${first}:${item.created_at_timestamp}`, properties)];
  };

/** One row per kind of feed item that says something about the person; of others nothing is learnt. */
const readers: Readonly<Record<string, Reader>> = {
  open: mail,
  click: mail,
  bounce: mail,
  unsub: (email, item) => {
    const { campaign_id: id, campaign_title: title } = common.parse(item);
    return unsubscription(email, { id, title }, item.created_at_timestamp, text.parse(item.unsubscribe_reason));
  },
  sent: simple('email_sent', { campaignId: 'campaign_id', campaign: 'campaign_title' }),
  order: (email, item, at) => {
    const {
      order_id: orderId,
      store_name: store,
      order_total,
    } = z.object({ order_id: text, store_name: text, order_total: text }).parse(item);
    return [activity(email, 'order_placed', at, orderId, { orderId, store, ...moneyOf(order_total) })];
  },
  event: (email, item, at) => {
    const name = text.parse(item.event_name);
    // Ours are marked with the run they belong to.
    const own = JSON.stringify(item.event_properties ?? []).includes('parley_run');
    return [activity(email, 'mailchimp_event', at, `${name}:${item.created_at_timestamp}`, { name }, own)];
  },
  survey_response: simple('survey_answered', { survey: 'survey_title', surveyId: 'survey_id' }),
  generic_signup: simple('signed_up', { where: 'signup_category' }),
  website_signup: simple('signed_up', { where: 'outreach_title' }),
  landing_page_signup: simple('signed_up', { where: 'outreach_title' }),
  squatter_signup: simple('signed_up', { where: 'outreach_title' }),
  ecommerce_signup: simple('signed_up', { where: 'store_name' }),
  marketing_permission: (email, item, at) => {
    const { marketing_permisson_text: permission } = z.object({ marketing_permisson_text: text }).parse(item);
    const granted = item.marketing_permission_opted_in === true;
    return [
      activity(email, 'marketing_permission_changed', at, `${permission}:${item.created_at_timestamp}`, {
        permission,
        granted,
      }),
    ];
  },
};

/** `EUR 12.50` or `$12.50`: the number where it is certain, the words otherwise. */
function moneyOf(written: string): Readonly<Record<string, string | number>> {
  const [, currency, total] = /^([A-Z]{3})\s?(\d+(?:\.\d+)?)$/.exec(written.trim()) ?? [];
  return currency === undefined || total === undefined ? { totalText: written } : { total: Number(total), currency };
}

/** The whole feed of each contact, one call per contact: complete, and dear in a large audience. */
export const activityFeed: MailchimpStream = {
  declaration: {
    id: 'activity_feed',
    title: 'Activity of each contact',
    description:
      'Everything in the activity feed of each contact: mail, orders, events, sign-ups, surveys. One call per contact, so choose it for small audiences.',
    scopes: [],
    incremental: true,
    everyMs: 24 * 60 * 60_000,
  },
  async pull({ history, now }, request) {
    const first = () => ({ startedAt: now().toISOString(), offset: 0 });
    const { startedAt, offset } = readCursor(cursorSchema, request.cursor, first);
    const fields = ['id', 'email_address', 'status', 'last_changed'];
    const { members, total_items: total } = await history.members({
      since: null,
      status: null,
      offset,
      count: membersAtOnce,
      fields,
    });
    const since = newsSince(request);
    const facts = await Promise.all(
      members.map(async ({ email_address: email }) => {
        const items = (await history.feed(email)).filter(({ created_at_timestamp: at }) => isNews(at, since));
        return [
          ...items.flatMap(
            (item) => readers[item.activity_type]?.(email, item, toDate(item.created_at_timestamp)) ?? [],
          ),
          ...lastTimes(
            email,
            items.map((item) => ({ action: item.activity_type, timestamp: item.created_at_timestamp })),
          ),
        ];
      }),
    );
    const cursor = members.length < membersAtOnce ? null : { startedAt, offset: offset + membersAtOnce };
    return { facts: facts.flat(), cursor, watermark: startedAt, done: offset + members.length, total };
  },
};

function isNews(timestamp: string, since: Date | null): boolean {
  const at = toDate(timestamp);
  return since === null || at === null || at >= since;
}
