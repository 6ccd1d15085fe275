import type { NestedCondition, RuleProperties } from 'json-rules-engine';
import { noEvents, type RuleProfile, type RuleSubject } from '../../src/segments/subject.js';

/** One rule, three times: in our language, in that of json-rules-engine, and as somebody would write it by hand. */
export interface ComparedRule {
  readonly rule: object;
  readonly conditions: RuleProperties['conditions'];
  readonly byHand: (subject: RuleSubject) => boolean;
}

const is = (fact: string, operator: string, value: unknown, path?: string): NestedCondition => ({
  fact,
  operator,
  value,
  ...(path !== undefined && { path }),
});

const orders = { events: { names: ['order_placed'] }, within: { last: { days: 30 } }, measure: 'count' };

/** Rules as our users have them: a few conditions about attributes, tags, consent, scores, other segments and events. */
export const comparedRules: readonly ComparedRule[] = [
  {
    rule: {
      all: [
        { attribute: 'plan', operator: 'equals', value: 'pro' },
        { attribute: 'country', operator: 'oneOf', value: ['ES', 'PT', 'FR'] },
        { attribute: 'engagement', operator: 'atLeast', value: 60 },
      ],
    },
    conditions: {
      all: [
        is('attributes', 'equal', 'pro', '$.plan'),
        is('attributes', 'in', ['ES', 'PT', 'FR'], '$.country'),
        is('attributes', 'greaterThanInclusive', 60, '$.engagement'),
      ],
    },
    byHand: ({ profile: { attributes } }) => {
      const { plan, country, engagement } = attributes;
      return (
        plan === 'pro' &&
        (country === 'ES' || country === 'PT' || country === 'FR') &&
        typeof engagement === 'number' &&
        engagement >= 60
      );
    },
  },
  {
    rule: {
      any: [
        { tags: 'anyOf', value: ['vip'] },
        {
          all: [
            { ...orders, operator: 'atLeast', value: 3 },
            { consent: 'email', operator: 'is', value: 'granted' },
          ],
        },
      ],
    },
    conditions: {
      any: [
        is('tags', 'contains', 'vip'),
        {
          all: [
            is('orders', 'greaterThanInclusive', 3, '$.count'),
            is('consents', 'equal', 'granted', '$.email.status'),
          ],
        },
      ],
    },
    byHand: ({ profile, aggregates }) =>
      profile.tags.includes('vip') ||
      ((aggregates[0]?.count ?? 0) >= 3 && profile.consents.email?.status === 'granted'),
  },
  {
    rule: {
      all: [
        { attribute: 'interests', operator: 'anyOf', value: ['shoes', 'bags'] },
        { attribute: 'lifetimeSpend', operator: 'between', value: [50, 500] },
        {
          none: [
            { segment: 'bought_lately', operator: 'in' },
            { attribute: 'city', operator: 'equals', value: 'Lima' },
          ],
        },
      ],
    },
    conditions: {
      all: [
        {
          any: [
            is('attributes', 'contains', 'shoes', '$.interests'),
            is('attributes', 'contains', 'bags', '$.interests'),
          ],
        },
        is('attributes', 'greaterThanInclusive', 50, '$.lifetimeSpend'),
        is('attributes', 'lessThanInclusive', 500, '$.lifetimeSpend'),
        { not: { any: [is('segmentKeys', 'contains', 'bought_lately'), is('attributes', 'equal', 'Lima', '$.city')] } },
      ],
    },
    byHand: ({ profile: { attributes, segments } }) => {
      const { interests, lifetimeSpend, city } = attributes;
      return (
        Array.isArray(interests) &&
        (interests.includes('shoes') || interests.includes('bags')) &&
        typeof lifetimeSpend === 'number' &&
        lifetimeSpend >= 50 &&
        lifetimeSpend <= 500 &&
        !(segments.bought_lately !== undefined || city === 'Lima')
      );
    },
  },
  {
    rule: {
      all: [
        { attribute: 'subscribed', operator: 'equals', value: true },
        { attribute: 'visits', operator: 'greaterThan', value: 5 },
        { ...orders, operator: 'equals', value: 0 },
      ],
    },
    conditions: {
      all: [
        is('attributes', 'equal', true, '$.subscribed'),
        is('attributes', 'greaterThan', 5, '$.visits'),
        is('orders', 'equal', 0, '$.count'),
      ],
    },
    byHand: ({ profile: { attributes }, aggregates }) =>
      attributes.subscribed === true &&
      typeof attributes.visits === 'number' &&
      attributes.visits > 5 &&
      (aggregates[0]?.count ?? 0) === 0,
  },
];

const [dayMs, start] = [86_400_000, Date.UTC(2026, 0, 1)];

/** People who are alike in nothing but their attributes' names, and always the same ones. */
export function somePeople(count: number): RuleSubject[] {
  return Array.from({ length: count }, (_unused, n) => {
    const orderCount = n % 5;
    const profile: RuleProfile = {
      id: `0198c0de-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
      attributes: {
        plan: ['free', 'pro', 'team'][n % 3] ?? 'free',
        country: ['ES', 'DE', 'PT', 'US'][n % 4] ?? 'ES',
        engagement: (n * 37) % 100,
        interests: n % 2 === 0 ? ['shoes', 'hats'] : ['hats'],
        lifetimeSpend: (n * 91) % 900,
        city: n % 7 === 0 ? 'Lima' : 'Porto',
        subscribed: n % 3 !== 0,
        visits: n % 11,
      },
      tags: n % 9 === 0 ? ['lead', 'vip'] : ['lead'],
      consents:
        n % 2 === 0 ? { email: { status: 'granted', at: '2026-01-01T00:00:00.000Z', source: 'bot', event: 'e' } } : {},
      segments: n % 6 === 0 ? { bought_lately: start } : {},
      createdAt: new Date(start),
      lastEventAt: new Date(start + (n % 30) * dayMs),
    };
    const atMs = start + dayMs;
    const aggregate = orderCount === 0 ? noEvents : { ...noEvents, count: orderCount, firstAtMs: atMs, lastAtMs: atMs };
    return { profile, aggregates: [aggregate] };
  });
}
