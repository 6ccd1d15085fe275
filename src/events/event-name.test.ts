import { expect, it } from 'vitest';
import { eventName } from './event-name.js';

it.each([
  ['order_placed', 'order_placed'],
  ['orderPlaced', 'orderPlaced'],
  [' Order placed! ', 'order_placed'],
  ['Llamó', 'llamo'],
  ['заказ оформлен', 'заказ_оформлен'],
  ['2nd visit', '2nd_visit'],
  ['🎉', null],
  ['  ', null],
])('makes of %j the event name %j', (typed, name) => {
  expect(eventName(typed)).toBe(name);
});

it('is never longer than 64 characters', () => {
  expect(Array.from(eventName('very long '.repeat(50)) ?? '')).toHaveLength(64);
});
