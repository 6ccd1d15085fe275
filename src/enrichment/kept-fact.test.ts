import { expect, it } from 'vitest';
import type { RemoteFact } from '../destinations/remote-fact.js';
import { readKeptFact } from './kept-fact.js';
import { activity, consentSaid, recordChanged, recordGone, recordMerged } from './test-support.js';

const { about, occurredAt, dedupeKey, own } = recordGone();

it.each<RemoteFact>([
  recordChanged({ plan: { type: 'string', value: 'pro' }, tags: { type: 'list', value: ['a'] }, gone: null }),
  recordChanged({ plan: null }, { readAt: new Date('2026-11-22T10:00:00.000Z') }),
  recordGone({ erased: true }),
  recordMerged(['2', '3']),
  recordMerged(['2'], { mergedObject: 'leads' }),
  consentSaid('revoked', new Date('2026-11-22T10:00:00.000Z')),
  activity('deal_won', { properties: { amount: 1.5, currency: 'EUR', renewed: false } }),
  {
    ...{ about, occurredAt, dedupeKey, own },
    kind: 'derived',
    attributes: [{ key: 'acmeDeals', label: 'Deals', type: 'number', value: 3 }],
  },
])('a fact that was kept is the same when it is read again: $kind', (fact) => {
  expect(readKeptFact(JSON.stringify(fact))).toEqual(fact);
});

it('anything else is no fact', () => {
  expect(() => readKeptFact('{"kind":"rumour"}')).toThrow();
});
