import { type Rule, ruleSchema } from './rule.js';

/** A segment that can be taken as it is, or as a beginning. */
export interface ReadyMadeSegment {
  readonly key: string;
  readonly title: string;
  /** Who is in it, and what has to arrive for it to work. */
  readonly description: string;
  readonly rule: Rule;
}

const orders = { names: ['order_placed'] };
const activity = { kinds: ['message_in', 'business_event', 'crm_activity'] };
const last = (days: number) => ({ last: { days } });
const count = (events: object, operator: string, value: number, within?: object) => ({
  events,
  ...(within !== undefined && { within }),
  measure: 'count',
  operator,
  value,
});
const hasAttribute = (attribute: string, operator: string, value: unknown) => ({ attribute, operator, value });
const topSpenders = { percentile: 'top', percent: 5, attribute: 'lifetimeSpend' };

/** As written; each is read by the schema like any other rule. */
const written: readonly (Omit<ReadyMadeSegment, 'rule'> & { readonly rule: object })[] = [
  {
    key: 'new_contacts',
    title: 'New contacts',
    description: 'Seen for the first time within the last 7 days.',
    rule: { all: [{ profile: 'createdAt', operator: 'inLast', value: { days: 7 } }] },
  },
  {
    key: 'returning_contacts',
    title: 'Returning contacts',
    description: 'Known for more than 7 days, and active within the last 7.',
    rule: {
      all: [
        { profile: 'createdAt', operator: 'moreThanAgo', value: { days: 7 } },
        count(activity, 'atLeast', 1, last(7)),
      ],
    },
  },
  {
    key: 'product_interest',
    title: 'Interested in a product',
    description:
      'Looked at products at least twice within 14 days (event product_viewed), or said what interests them (attribute productInterest).',
    rule: {
      any: [
        count({ names: ['product_viewed'] }, 'atLeast', 2, last(14)),
        { attribute: 'productInterest', operator: 'known' },
      ],
    },
  },
  {
    key: 'abandoned_cart',
    title: 'Abandoned cart',
    description:
      'Put something into the cart (event cart_updated) within the last 7 days, and has not ordered (order_placed) for 24 hours since.',
    rule: {
      all: [
        {
          sequence: { names: ['cart_updated'] },
          within: { last: { days: 7 } },
          then: 'stillNot',
          events: orders,
          after: { hours: 24 },
        },
      ],
    },
  },
  {
    key: 'high_value',
    title: 'High value',
    description: 'The top 5 % by lifetime spend (attribute lifetimeSpend). The threshold is found anew on a schedule.',
    rule: { all: [topSpenders] },
  },
  {
    key: 'at_risk',
    title: 'At risk of leaving',
    description: 'Ordered at least twice, but neither ordered nor wrote within the last 60 days.',
    rule: {
      all: [count(orders, 'atLeast', 2), count(orders, 'equals', 0, last(60)), count(activity, 'equals', 0, last(60))],
    },
  },
  {
    key: 'engaged_not_bought',
    title: 'Engaged but not bought',
    description: 'Wrote at least 3 times within the last 30 days and has never ordered (order_placed).',
    rule: { all: [count({ kinds: ['message_in'] }, 'atLeast', 3, last(30)), count(orders, 'equals', 0)] },
  },
  {
    key: 'vip',
    title: 'VIP',
    description:
      'Tagged vip by hand or by a bot, or among the top 5 % by lifetime spend with an order within the last year.',
    rule: {
      any: [{ tags: 'anyOf', value: ['vip'] }, { all: [topSpenders, count(orders, 'atLeast', 1, last(365))] }],
    },
  },
  {
    key: 'sales_ready_leads',
    title: 'Lead stage: ready for sales',
    description:
      'The CRM calls them a lead (attribute lifecycleStage), they may be written to, and their engagement score is at least 60.',
    rule: {
      all: [
        hasAttribute('lifecycleStage', 'oneOf', [
          'lead',
          'marketingqualifiedlead',
          'salesqualifiedlead',
          'opportunity',
        ]),
        hasAttribute('engagement', 'atLeast', 60),
        { consent: 'email', operator: 'isNot', value: 'revoked' },
      ],
    },
  },
  {
    key: 'birthday_today',
    title: 'Birthday today',
    description:
      "Has birthday today (attribute birthday), by the person's own time zone (attribute timezone) where it is known.",
    rule: {
      timeZone: { attribute: 'timezone', otherwise: 'UTC' },
      all: [hasAttribute('birthday', 'birthday', { inNextDays: 0 })],
    },
  },
  {
    key: 'inactive_30_days',
    title: 'Inactive for 30 days',
    description: 'Did something once, but neither wrote nor did anything else within the last 30 days.',
    rule: { all: [count(activity, 'atLeast', 1), count(activity, 'equals', 0, last(30))] },
  },
];

/** Segments for the usual cases. */
export const readyMadeSegments: readonly ReadyMadeSegment[] = written.map((each) => ({
  ...each,
  rule: ruleSchema.parse({ version: 1, ...each.rule }),
}));
