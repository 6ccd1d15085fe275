import { expect, it } from 'vitest';
import { readAuthorFields } from './author-fields.js';
import { propertiesIn } from './event-properties.js';

const read = (body: Readonly<Record<string, never>> | object, query: Record<string, string> = {}) =>
  readAuthorFields(Object.entries(body), { headers: {}, query }, { timeZone: null, eventNames: {} });

it('are the event’s own facts: no attributes of the person, with the types they came with', () => {
  const { properties, others } = read({
    event: 'order_placed',
    properties: { amount: 49.9, items: 2, gift: false, code: '0017', note: null, lines: [1, 2] },
    plan: 'pro',
  });
  expect(properties).toEqual({ amount: 49.9, items: 2, gift: false, code: '0017' });
  expect(others).toEqual([['plan', 'pro']]);
});

it('can be written flat in bodies and addresses that cannot nest; numbers are numbers then', () => {
  expect(
    read({ 'event.amount': '49.90', 'Event.code': '0017' }, { 'event.shop': 'Lima', plan: 'pro' }).properties,
  ).toEqual({
    amount: 49.9,
    code: '0017',
    shop: 'Lima',
  });
});

it('that are no object are a field like any other', () => {
  expect(propertiesIn('properties', 'three rooms')).toBeUndefined();
  expect(read({ properties: 'three rooms' }).others).toEqual([['properties', 'three rooms']]);
});
