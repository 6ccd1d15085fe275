import { describe, expect, it } from 'vitest';
import { checkRule } from './check-rule.js';
import { compileRule } from './evaluate.js';
import { EventQueries } from './event-query.js';
import { readyMadeSegments } from './ready-made.js';
import { aggregateOf, hourMs, type TestEvent, testPerson, type TestPerson } from './test-support.js';

const nowMs = Date.parse('2026-06-10T12:00:00Z');
const dayMs = 24 * hourMs;
let nextId = 0;
const happened = (name: string, daysAgo: number, kind: TestEvent['kind'] = 'business_event'): TestEvent => ({
  id: `0198c0de-0000-7000-8000-${String((nextId += 1)).padStart(12, '0')}`,
  kind,
  name,
  channel: 'whatsapp',
  source: 'bot',
  occurredAtMs: nowMs - daysAgo * dayMs,
  properties: {},
});
const wrote = (daysAgo: number): TestEvent => happened('message', daysAgo, 'message_in');

/** The ready-made segments that somebody is in. */
function segmentsOf(known: Partial<TestPerson['profile']>, events: readonly TestEvent[]): string[] {
  return readyMadeSegments.flatMap(({ key, rule }) => {
    const queries = new EventQueries();
    const { holds } = compileRule(rule, {
      timeZone: 'UTC',
      salt: key,
      queries,
      thresholds: new Map([['top 5 lifetimeSpend', 900]]),
    });
    const aggregates = queries.all.map((query) => aggregateOf(query, events, nowMs));
    return holds({ profile: testPerson(known), aggregates }, nowMs) ? key : [];
  });
}

describe('ready-made segments', () => {
  const daysAgo = (days: number): Date => new Date(nowMs - days * dayMs);

  it.each<[string, Partial<TestPerson['profile']>, TestEvent[], string[]]>([
    ['somebody new', { createdAt: daysAgo(1) }, [wrote(1)], ['new_contacts']],
    ['somebody who is back', { createdAt: daysAgo(90) }, [wrote(80), wrote(2)], ['returning_contacts']],
    [
      'who looked at products',
      {},
      [happened('product_viewed', 10), happened('product_viewed', 9)],
      ['product_interest'],
    ],
    [
      'who left a full cart',
      {},
      [happened('order_placed', 30), happened('cart_updated', 2)],
      ['returning_contacts', 'abandoned_cart'],
    ],
    [
      'who filled a cart just now',
      {},
      [happened('order_placed', 20), happened('cart_updated', 0.9)],
      ['returning_contacts'],
    ],
    [
      'who bought what was in the cart',
      {},
      [happened('cart_updated', 3), happened('order_placed', 1)],
      ['returning_contacts'],
    ],
    ['a good customer', { attributes: { lifetimeSpend: 900 } }, [happened('order_placed', 20)], ['high_value', 'vip']],
    [
      'a good customer of long ago',
      { attributes: { lifetimeSpend: 950 } },
      [happened('order_placed', 400)],
      ['high_value', 'inactive_30_days'],
    ],
    [
      'who may be leaving',
      {},
      [happened('order_placed', 100), happened('order_placed', 70)],
      ['at_risk', 'inactive_30_days'],
    ],
    ['who talks and does not buy', {}, [wrote(20), wrote(19), wrote(18)], ['engaged_not_bought']],
    ['who has the tag', { tags: ['vip'] }, [], ['vip']],
    ['a lead', { attributes: { lifecycleStage: 'lead', engagement: 60 } }, [], ['sales_ready_leads']],
    [
      'whose birthday has begun where they are',
      { attributes: { birthday: '1990-06-11', timezone: 'Pacific/Auckland' } },
      [],
      ['birthday_today'],
    ],
    ['of whom nothing is known', {}, [], []],
  ])('%s', (_who, known, events, expected) => expect(segmentsOf(known, events)).toEqual(expected));

  it('can be saved as they are', () => {
    expect(new Set(readyMadeSegments.map(({ key }) => key)).size).toBe(readyMadeSegments.length);
    const types = {
      lifetimeSpend: 'number',
      lifecycleStage: 'string',
      engagement: 'number',
      birthday: 'date',
    } as const;
    for (const { key, rule } of readyMadeSegments)
      expect(
        checkRule(rule, {
          attributeType: (name) => (Object.hasOwn(types, name) ? types[name as keyof typeof types] : undefined),
          segment: key,
          rules: new Map(),
        }),
      ).toEqual([]);
  });
});
