import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { invalid, notFound } from '../problem.js';
import { batchAnswer } from '../records/batch-answer.js';
import { type Answer, type Call, created, noContent, ok, type Route } from '../route.js';
import { eventTypes, genericTypes } from './webhook-events.js';
import type { Hook, Subscription } from './webhook.js';

const base = '/webhooks/v3/:appId';
const read = ['developers-read', 'private-apps-read'];
const write = ['developers-write', 'private-apps-write'];
const mostSubscriptions = 1_000;
const unheard = new Set(['hs_lastmodifieddate', 'lastmodifieddate']);

const settingsSchema = z.object({
  targetUrl: z.url({ protocol: /^https?$/ }),
  throttling: z.object({ maxConcurrentRequests: z.int().min(1) }).default({ maxConcurrentRequests: 10 }),
});
const createSchema = z.object({
  eventType: z.string(),
  objectTypeId: z.string().optional(),
  propertyName: z.string().optional(),
  active: z.boolean().default(false),
});
const patchSchema = z.object({ active: z.boolean().optional() });
const batchSchema = z.object({ inputs: z.array(z.object({ id: z.int(), active: z.boolean() })) });

/** Where an app wants to be told, and what. With the developer account's key. */
export function webhookRoutes(account: Account): Route[] {
  const find = ({ params }: Call): Hook => {
    const hook = account.data.webhooks.find(({ appId }) => String(appId) === params.appId);
    if (hook === undefined) throw notFound();
    return hook;
  };
  const subscription = (call: Call): Subscription => {
    const found = find(call).subscriptions.find(({ id }) => String(id) === call.params.subscriptionId);
    if (found === undefined) throw notFound();
    return found;
  };
  const route = (method: Route['method'], path: string, handle: (call: Call) => Answer): Route => ({
    method,
    path: base + path,
    scopes: method === 'GET' ? read : write,
    handle,
  });
  return [
    route('GET', '/settings', (call) => ok(settingsAnswer(find(call)))),
    route('PUT', '/settings', (call) => configure(account, call)),
    route('DELETE', '/settings', (call) => {
      const gone = find(call);
      account.data.webhooks = account.data.webhooks.filter((hook) => hook !== gone);
      return noContent;
    }),
    route('GET', '/subscriptions', (call) => ok({ results: find(call).subscriptions.map(subscriptionAnswer) })),
    route('POST', '/subscriptions', (call) => subscribe(account, find(call), call)),
    route('POST', '/subscriptions/batch/update', (call) => {
      const hook = find(call);
      const { inputs } = parsedBody(batchSchema, call.body);
      const changed = inputs.flatMap(({ id, active }) => {
        const found = hook.subscriptions.find((known) => known.id === id);
        return found === undefined ? [] : [Object.assign(found, { active, updatedAt: account.now() })];
      });
      return batchAnswer(account, account.now(), changed.map(subscriptionAnswer));
    }),
    route('GET', '/subscriptions/:subscriptionId', (call) => ok(subscriptionAnswer(subscription(call)))),
    route('PATCH', '/subscriptions/:subscriptionId', (call) => {
      const found = subscription(call);
      const { active = found.active } = parsedBody(patchSchema, call.body);
      return ok(subscriptionAnswer(Object.assign(found, { active, updatedAt: account.now() })));
    }),
    route('DELETE', '/subscriptions/:subscriptionId', (call) => {
      const gone = subscription(call);
      const hook = find(call);
      hook.subscriptions = hook.subscriptions.filter((known) => known !== gone);
      return noContent;
    }),
  ];
}

function configure(account: Account, { params, body }: Call): Answer {
  const { targetUrl, throttling } = parsedBody(settingsSchema, body);
  const appId = Number(params.appId);
  const known = account.data.webhooks.find((hook) => hook.appId === appId);
  const at = account.now();
  const settings = { targetUrl, maxConcurrentRequests: throttling.maxConcurrentRequests, updatedAt: at };
  if (known !== undefined) return ok(settingsAnswer(Object.assign(known, settings)));
  const hook = { appId, ...settings, createdAt: at, subscriptions: [] };
  account.data.webhooks.push(hook);
  return ok(settingsAnswer(hook));
}

function subscribe(account: Account, hook: Hook, { body }: Call): Answer {
  const { eventType, objectTypeId, propertyName, active } = parsedBody(createSchema, body, 'SubscriptionCreateRequest');
  const isGeneric = genericTypes.includes(eventType);
  if (!isGeneric && !eventTypes.includes(eventType))
    throw invalid(`The event type ${eventType} cannot be subscribed to.`);
  if (isGeneric && objectTypeId === undefined) throw invalid('objectTypeId is required for generic event types.');
  if (eventType.endsWith('.propertyChange') && propertyName === undefined)
    throw invalid('propertyName is required for propertyChange subscriptions.');
  if (propertyName !== undefined && unheard.has(propertyName))
    throw invalid(`The property ${propertyName} cannot be subscribed to.`);
  if (hook.subscriptions.length >= mostSubscriptions)
    throw invalid(`The limit of ${String(mostSubscriptions)} subscriptions has been reached.`);
  const at = account.now();
  const subscription: Subscription = {
    id: nextSubscriptionId(account),
    eventType,
    ...(objectTypeId === undefined ? {} : { objectTypeId }),
    ...(propertyName === undefined ? {} : { propertyName }),
    active,
    createdAt: at,
    updatedAt: at,
  };
  hook.subscriptions.push(subscription);
  return created(subscriptionAnswer(subscription));
}

const firstSubscriptionId = 24_680;

/** Small numbers, unlike the ids of records. */
const nextSubscriptionId = ({ data }: Account): number =>
  Math.max(firstSubscriptionId, ...data.webhooks.flatMap(({ subscriptions }) => subscriptions.map(({ id }) => id))) + 1;

const settingsAnswer = ({ targetUrl, maxConcurrentRequests, createdAt, updatedAt }: Hook): object => ({
  targetUrl,
  throttling: { maxConcurrentRequests },
  createdAt,
  updatedAt,
});

const subscriptionAnswer = ({ id, ...subscription }: Subscription): object => ({ id: String(id), ...subscription });
