import { createHash, createHmac } from 'node:crypto';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sandboxPersonToken } from '../index.js';
import { account, type Ask, at, contacts, create } from '../test-support.js';
import { signatures } from './sign.js';

const appId = 770_001;
type Event = Readonly<Record<string, unknown>>;

/** Somebody who is told: what came, and how it is answered. */
async function receiver(answers: readonly number[] = []) {
  const app = Fastify();
  const requests: { headers: Record<string, unknown>; text: string; events: Event[] }[] = [];
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.post('/hook', (request, reply) => {
    const text = String(request.body);
    requests.push({ headers: request.headers, text, events: JSON.parse(text) as Event[] });
    return reply.code(answers[requests.length - 1] ?? 200).send();
  });
  const url = `${await app.listen({ port: 0 })}/hook`;
  onTestFinished(() => app.close());
  const events = (): Event[] => requests.flatMap((request) => request.events);
  return { url, requests, events };
}

const all = ['creation', 'propertyChange', 'deletion', 'merge', 'privacyDeletion', 'associationChange'].map(
  (verb, n) => ({
    id: 100 + n,
    eventType: `contact.${verb}`,
    active: true,
  }),
);

async function listened(url: string, state: object = {}, subscriptions: object[] = all): Promise<Ask> {
  return account({ webhooks: [{ appId, targetUrl: url, subscriptions }], ...state });
}

describe('a webhook', () => {
  it('tells what happened, who did it and how, signed in two ways', async () => {
    const { url, requests, events } = await receiver();
    const ask = await listened(url);
    const id = await create(ask, 'contacts', { email: 'ada@x.es' });
    await ask('PATCH', `${contacts}/${id}`, { properties: { country: 'Peru' } }, sandboxPersonToken);
    await expect.poll(events).toMatchObject([
      {
        subscriptionType: 'contact.creation',
        objectId: Number(id),
        changeFlag: 'CREATED',
        changeSource: 'INTEGRATION',
      },
      {
        subscriptionType: 'contact.propertyChange',
        propertyName: 'email',
        propertyValue: 'ada@x.es',
        sourceId: '770001',
      },
      {
        propertyName: 'country',
        propertyValue: 'Peru',
        changeSource: 'CRM_UI',
        sourceId: 'userId:5501',
        attemptNumber: 0,
      },
    ]);
    const { headers, text } = requests[0]!;
    const timestamp = String(headers['x-hubspot-request-timestamp']);
    const hmac = createHmac('sha256', 'private-app-secret').update(`POST${url}${text}${timestamp}`).digest('base64');
    expect(headers['x-hubspot-signature-v3']).toBe(hmac);
    expect(headers['x-hubspot-signature']).toBe(createHash('sha256').update(`private-app-secret${text}`).digest('hex'));
    expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
  });

  it.each([
    ['milliseconds', ['660787200000', '1770112800000', '']],
    ['iso', ['1990-12-10', '2026-02-03T10:00:00Z', '']],
  ])('writes dates and times as %s', async (webhookDates, expected) => {
    const { url, events } = await receiver();
    const ask = await account({
      behaviour: { webhookDates },
      webhooks: [
        { appId, targetUrl: url, subscriptions: [{ id: 1, eventType: 'contact.propertyChange', active: true }] },
      ],
    });
    const dates = { birthday: '1990-12-10', last_order_at: '2026-02-03T10:00:00Z' };
    const id = await create(ask, 'contacts', dates);
    await ask('PATCH', `${contacts}/${id}`, { properties: { birthday: '' } });
    await expect.poll(() => events().map(({ propertyValue }) => propertyValue)).toEqual(expected);
  });

  it('tells merges, deletions, erasures and associations', async () => {
    const { url, events } = await receiver();
    const people = ['7', '8', '9'].map((id) => ({
      id,
      createdAt: at,
      updatedAt: at,
      properties: { email: `${id}@x.es` },
    }));
    const ask = await listened(
      url,
      { contacts: people },
      all.filter(({ id }) => id !== 101),
    );
    await ask('POST', `${contacts}/merge`, { primaryObjectId: '7', objectIdToMerge: '8' });
    await ask('POST', `${contacts}/gdpr-delete`, { objectId: '9' });
    const company = await create(ask, 'companies', { name: 'Acme' });
    await ask('PUT', `/crm/v4/objects/companies/${company}/associations/default/contacts/7`);
    await expect.poll(events).toMatchObject([
      { subscriptionType: 'contact.merge', primaryObjectId: 7, mergedObjectIds: [8], newObjectId: 7 },
      { subscriptionType: 'contact.deletion', objectId: 8 },
      { subscriptionType: 'contact.privacyDeletion', objectId: 9 },
      {
        fromObjectId: 7,
        toObjectId: Number(company),
        associationType: 'CONTACT_TO_COMPANY',
        associationRemoved: false,
      },
      { isPrimaryAssociation: true },
    ]);
  });

  it('carries at most a hundred events', async () => {
    const { url, requests, events } = await receiver();
    const ask = await listened(url, {}, [{ id: 1, eventType: 'contact.creation', active: true }]);
    for (const half of [0, 1]) {
      const inputs = Array.from({ length: 75 }, (_, n) => ({
        properties: { email: `p${String(half)}-${String(n)}@x.es` },
      }));
      await ask('POST', `${contacts}/batch/create`, { inputs });
    }
    await expect.poll(() => events().length).toBe(150);
    expect(Math.max(...requests.map((request) => request.events.length))).toBeLessThanOrEqual(100);
  });

  it('comes again when it was refused, by the sandbox’s own clock, until it is taken', async () => {
    const { url, requests } = await receiver([500, 404]);
    const ask = await listened(url, { behaviour: { webhookRetriesAfterSeconds: [60, 300] } });
    await create(ask, 'contacts', { email: 'ada@x.es' });
    const attempts = (): unknown[] => requests.map((request) => request.events[0]?.attemptNumber);
    const waiting = async (): Promise<unknown[]> =>
      ((await ask('GET', '/_sandbox/state')).body as { webhookQueue: { attempt: number }[] }).webhookQueue.map(
        ({ attempt }) => attempt,
      );
    await expect.poll(waiting).toEqual([1, 1]);
    expect(attempts()).toEqual([0]);
    await ask('PUT', '/_sandbox/clock', { now: new Date(Date.now() + 61_000).toISOString() });
    await expect.poll(waiting).toEqual([2, 2]);
    await ask('PUT', '/_sandbox/clock', { now: new Date(Date.now() + 400_000).toISOString() });
    await expect.poll(waiting).toEqual([]);
    expect(attempts()).toEqual([0, 1, 2]);
    const { body } = await ask('GET', '/_sandbox/state');
    expect((body as { webhookLog: { outcome: string }[] }).webhookLog.map(({ outcome }) => outcome)).toEqual([
      '500',
      '404',
      '200',
    ]);
  });

  it('is given up when nobody answers in time and the repetitions are used up', async () => {
    const app = Fastify();
    app.post('/hook', () => new Promise(() => undefined));
    const url = `${await app.listen({ port: 0 })}/hook`;
    onTestFinished(() => app.close());
    const ask = await listened(url, { behaviour: { webhookTimeoutMs: 30, webhookRetriesAfterSeconds: [] } });
    await create(ask, 'contacts', { email: 'ada@x.es' });
    const log = async (): Promise<unknown> =>
      ((await ask('GET', '/_sandbox/state')).body as { webhookLog: unknown }).webhookLog;
    await expect.poll(log).toMatchObject([{ outcome: 'no answer in 30 ms' }]);
    expect(await ask('GET', '/_sandbox/state')).toMatchObject({ body: { webhookQueue: [] } });
  });

  it('is sent only for what is subscribed to and active', async () => {
    const { url, events } = await receiver();
    const ask = await listened(url, {}, [
      { id: 1, eventType: 'contact.propertyChange', propertyName: 'country', active: true },
      { id: 2, eventType: 'contact.creation', active: false },
      { id: 3, eventType: 'object.creation', objectTypeId: '0-3', active: true },
    ]);
    await create(ask, 'contacts', { email: 'ada@x.es', country: 'Peru' });
    await create(ask, 'deals', { dealname: 'Shoes', dealstage: 'closedwon' });
    await expect.poll(() => events().length).toBe(2);
    expect(events()).toMatchObject([
      { propertyName: 'country' },
      { subscriptionType: 'object.creation', objectTypeId: '0-3' },
    ]);
  });
});

describe('the settings of webhooks', () => {
  const key = '?hapikey=developer-sandbox';
  const base = `/webhooks/v3/${String(appId)}`;

  it('are made with the developer’s key; a new subscription is not active', async () => {
    const { url, events } = await receiver();
    const ask = await account();
    expect(await ask('PUT', `${base}/settings`, { targetUrl: url })).toMatchObject({ status: 403 });
    await ask('PUT', `${base}/settings${key}`, { targetUrl: url, throttling: { maxConcurrentRequests: 2 } });
    const { status, body } = await ask('POST', `${base}/subscriptions${key}`, { eventType: 'contact.creation' });
    expect({ status, body }).toMatchObject({ status: 201, body: { active: false } });
    await create(ask, 'contacts', { email: 'first@x.es' });
    const { id } = body as { id: string };
    await ask('PATCH', `${base}/subscriptions/${id}${key}`, { active: true });
    const second = await create(ask, 'contacts', { email: 'second@x.es' });
    await expect.poll(events).toMatchObject([{ objectId: Number(second) }]);
  });

  it.each([
    [{ eventType: 'contact.flight' }],
    [{ eventType: 'contact.propertyChange' }],
    [{ eventType: 'contact.propertyChange', propertyName: 'hs_lastmodifieddate' }],
  ])('do not take %j', async (subscription) => {
    const ask = await account({ webhooks: [{ appId, targetUrl: 'http://127.0.0.1:9/' }] });
    expect(await ask('POST', `${base}/subscriptions${key}`, subscription)).toMatchObject({ status: 400 });
  });
});

describe('a signature', () => {
  const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
  const signed = {
    secret,
    body: '{"example_field":"example_value"}',
    timestampMs: 1,
    older: 'v2' as const,
    newer: true,
  };

  it('of version 2 is that of HubSpot’s own example', () => {
    expect(signatures({ ...signed, url: 'https://www.example.com/webhook_uri' })['x-hubspot-signature']).toBe(
      '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900',
    );
  });

  it('of version 3 undoes some escapes of the address and no others', () => {
    const of = (url: string): string | undefined => signatures({ ...signed, url })['x-hubspot-signature-v3'];
    expect(of('https://x.es/a%3Ab%2fc')).toBe(of('https://x.es/a:b/c'));
    expect(of('https://x.es/a%20b')).not.toBe(of('https://x.es/a b'));
  });
});
