import type { RateLimit } from '../destination.js';

/** The calls we make, each counted on its own by ManyChat: calls per second. Never `removeTag` of the page: it deletes a tag from everybody. */
export const endpoints = {
  'page.getInfo': { method: 'GET', path: '/fb/page/getInfo', perSecond: 100, repeatable: true },
  'page.getCustomFields': { method: 'GET', path: '/fb/page/getCustomFields', perSecond: 100, repeatable: true },
  'page.createCustomField': { method: 'POST', path: '/fb/page/createCustomField', perSecond: 10, repeatable: true },
  'page.createTag': { method: 'POST', path: '/fb/page/createTag', perSecond: 10, repeatable: true },
  'page.getFlows': { method: 'GET', path: '/fb/page/getFlows', perSecond: 10, repeatable: true },
  'subscriber.getInfo': { method: 'GET', path: '/fb/subscriber/getInfo', perSecond: 10, repeatable: true },
  'subscriber.setCustomFields': {
    method: 'POST',
    path: '/fb/subscriber/setCustomFields',
    perSecond: 10,
    repeatable: true,
  },
  'subscriber.addTagByName': { method: 'POST', path: '/fb/subscriber/addTagByName', perSecond: 10, repeatable: true },
  'subscriber.removeTagByName': {
    method: 'POST',
    path: '/fb/subscriber/removeTagByName',
    perSecond: 10,
    repeatable: true,
  },
  'sending.sendFlow': { method: 'POST', path: '/fb/sending/sendFlow', perSecond: 20, repeatable: false },
  'sending.sendContent': { method: 'POST', path: '/fb/sending/sendContent', perSecond: 25, repeatable: false },
} as const satisfies Record<
  string,
  { readonly method: 'GET' | 'POST'; readonly path: string; readonly perSecond: number; readonly repeatable: boolean }
>;
export type Endpoint = keyof typeof endpoints;

/** A lane for each endpoint. @see https://api.manychat.com/swagger */
export const rates: readonly RateLimit[] = Object.entries(endpoints).map(([lane, { perSecond }]) => ({
  lane,
  calls: perSecond,
  perMs: 1_000,
}));
