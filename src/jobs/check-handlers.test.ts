import { expect, it } from 'vitest';
import { checkHandlers } from './check-handlers.js';

const catalog = { delivery: { drain: {}, resync: {} }, maintenance: { sweep: {} } };
const handler = (queue: string, job: string, where = `${queue}.${job}`) => ({ queue, job, where });
const complete = [handler('delivery', 'drain'), handler('delivery', 'resync'), handler('maintenance', 'sweep')];

it('is content when every job has exactly one handler', () => {
  expect(checkHandlers(catalog, complete)).toEqual([]);
});

it('names a job without a handler', () => {
  expect(checkHandlers(catalog, complete.slice(1))).toEqual(['delivery.drain has no handler']);
});

it('names all handlers of a job that has two', () => {
  expect(checkHandlers(catalog, [...complete, handler('delivery', 'drain', 'Other.drain')])).toEqual([
    'delivery.drain has 2 handlers: delivery.drain, Other.drain',
  ]);
});

it('names a handler of a job nobody knows, also of one with the name of another queue', () => {
  expect(checkHandlers(catalog, [...complete, handler('maintenance', 'drain', 'Stray.drain')])).toEqual([
    'Stray.drain handles maintenance.drain, which no catalogue knows',
  ]);
});
