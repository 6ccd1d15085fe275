import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Pipeline } from '../../src/pipeline/pipeline.service.js';
import { createHubspotEmulator, sandboxAccessToken } from '../../src/sandbox/hubspot/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, email, incoming, subscriber } from '../support/core.js';
import { testDatabase } from '../support/database.js';
import { type ParleyHere, startParleyHere } from '../support/parley.js';

const database = testDatabase();
let parley: ParleyHere;
let hubspot: RunningSandbox;
const ask = (method: string, path: string, body?: unknown) => parley.ask(method, `/api/${path}`, body);
const read = async (path: string) => (await ask('GET', path)).body;

const note = (text: string) => ({ id: 'note', do: { destination: 'hubspot', action: 'note.create', input: { text } } });
const definition = (more: object = {}) => ({
  when: { event: { names: ['order_placed'] } },
  steps: [note('Ordered for {{event.amount}}.'), { id: 'pause', wait: { for: { days: 1 } } }],
  ...more,
});

const say = async (name: string, more: object = {}): Promise<string> => {
  const address = `${name}@chat.test`;
  const said = incoming(name, {
    identities: [subscriber(name), email(address)],
    attributes: [attribute('email', address)],
    kind: 'business_event',
    name: 'order_placed',
    properties: { amount: 20 },
    ...more,
  });
  return (await parley.get(Pipeline).submit({ source: 'bot', raw: '{}', incoming: said })).profileId;
};

const runsOf = z.object({
  items: z.array(z.object({ id: z.string(), status: z.string(), step: z.string().nullable() })),
});
const runs = async (query: string) => runsOf.parse(await read(`trigger-runs?${query}`)).items;
/** Its note is made, and it waits for the next day. */
const isWaiting = (query: string) =>
  expect
    .poll(async () => (await runs(query))[0], { timeout: 20_000 })
    .toMatchObject({ status: 'waiting', step: 'pause' });

beforeAll(async () => {
  hubspot = await startSandbox(createHubspotEmulator, { port: 0 });
  parley = await startParleyHere(database.url, { ROLE: 'all' });
  await parley.connect({
    key: 'hubspot',
    provider: 'hubspot',
    title: 'HubSpot',
    settings: { accessToken: sandboxAccessToken, baseUrl: hubspot.origin },
    mapping: { object: 'contacts', key: { from: 'email', to: 'email' }, fields: [] },
  });
});
afterAll(async () => {
  await parley.close();
  await hubspot.close();
});
beforeEach(async () => {
  await ask('PUT', 'triggers/orders', { title: 'Orders', definition: definition() });
});

describe('a trigger in the API', () => {
  it('is checked, saved, read in words and listed with how its runs stand', async () => {
    expect(await ask('POST', 'triggers/check', { definition: definition() })).toMatchObject({
      status: 200,
      body: {
        problems: [],
        inWords: 'When the event order_placed happens:\n1. note.create at hubspot\n2. wait 1 day',
      },
    });
    expect(await read('triggers/orders')).toMatchObject({ key: 'orders', enabled: true, problems: [], round: null });
    const profile = await say('ada');
    await isWaiting(`profile=${profile}`);
    expect(await read('triggers')).toMatchObject({ items: [{ key: 'orders', runs: { waiting: 1 } }] });
  });

  it('says where a definition is wrong, and saves nothing of it', async () => {
    const wrong = definition({ steps: [{ do: { destination: 'hubspot', action: 'note.burn', input: {} } }] });
    expect(await ask('PUT', 'triggers/new', { title: 'New', definition: wrong })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('HubSpot has no action note.burn; it has ') as string },
    });
    expect(
      await ask('PUT', 'triggers/new', { title: 'New', definition: { ...definition(), steps: [] } }),
    ).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/definition/steps' }] },
    });
    expect((await ask('GET', 'triggers/new')).status).toBe(404);
  });

  it('keeps its versions, newest first', async () => {
    await ask('PUT', 'triggers/versions', { title: 'Versions', definition: definition() });
    await ask('PUT', 'triggers/versions', { title: 'Versions', definition: definition({ steps: [note('Thanks.')] }) });
    expect(await read('triggers/versions/versions')).toMatchObject({
      items: [{ version: 2, inWords: expect.stringContaining('note.create') as string }, { version: 1 }],
    });
    await ask('DELETE', 'triggers/versions');
  });

  it('can be deleted; whoever is inside is taken out, and the history stays', async () => {
    await ask('PUT', 'triggers/gone', { title: 'Gone', definition: definition() });
    const profile = await say('gus');
    await isWaiting(`profile=${profile}&trigger=gone`);
    expect((await ask('DELETE', 'triggers/gone')).status).toBe(204);
    await expect
      .poll(() => runs(`profile=${profile}&trigger=gone`), { timeout: 20_000 })
      .toMatchObject([{ status: 'cancelled' }]);
    expect((await ask('GET', 'triggers/gone')).status).toBe(404);
  });

  it('keeps what it needs from being deleted', async () => {
    const rule = { version: 1, all: [{ tags: 'anyOf', value: ['vip'] }] };
    await ask('PUT', 'segments/vips', { title: 'VIPs', rule });
    await ask('PUT', 'triggers/vips', { title: 'VIPs', definition: definition({ when: { segment: 'vips' } }) });
    expect(await ask('DELETE', 'segments/vips')).toMatchObject({
      status: 409,
      body: { detail: 'Triggers use the segment "vips": "vips". Change or delete them first.' },
    });
    await ask('DELETE', 'triggers/vips');
    expect(await ask('DELETE', 'segments/vips')).toMatchObject({ status: 204 });
  });

  it('that a configuration file names can be changed only there', async () => {
    await database.dataSource.query(`UPDATE triggers SET provisioned = true WHERE key = 'orders'`);
    expect(await ask('PUT', 'triggers/orders', { title: 'Mine', definition: definition() })).toMatchObject({
      status: 409,
    });
    expect(await ask('DELETE', 'triggers/orders')).toMatchObject({ status: 409 });
    await database.dataSource.query(`UPDATE triggers SET provisioned = false WHERE key = 'orders'`);
  });
});

describe('before a trigger does anything', () => {
  it('a dry run says what would be done for one person and with which words, and does nothing', async () => {
    const profile = await say('dora', { name: 'message_in', kind: 'message_in' });
    const event = { name: 'order_placed', properties: { amount: 35 } };
    expect(await ask('POST', 'triggers/dry-run', { definition: definition(), profile, event })).toMatchObject({
      status: 200,
      body: {
        status: 'done',
        steps: [
          { step: 'note', outcome: 'would do', order: { action: 'note.create', input: { text: 'Ordered for 35.' } } },
          { step: 'pause', outcome: 'elapsed' },
        ],
      },
    });
    expect(await runs(`profile=${profile}`)).toEqual([]);
    const made = hubspot.journal.entries({ method: 'POST', path: '/crm/v3/objects/notes' });
    expect(JSON.stringify(made)).not.toContain('Ordered for 35.');
  });

  it('a look back says what it would have done for what has happened', async () => {
    await say('bea');
    expect(await ask('POST', 'triggers/backtest', { definition: definition(), days: 1 })).toMatchObject({
      status: 200,
      body: { days: 1, actions: [{ step: 'note', outcome: 'would do' }] },
    });
    const dates = { ...definition(), when: { date: 'renewalAt', before: { days: 3 } } };
    expect(await ask('POST', 'triggers/backtest', { definition: dates, days: 1 })).toMatchObject({ status: 422 });
  });

  it('asks which trigger is meant, and who', async () => {
    const nobody = '01a2024d-39a2-748c-babd-e0dc7e15a18b';
    expect(await ask('POST', 'triggers/dry-run', { profile: nobody })).toMatchObject({ status: 400 });
    expect(await ask('POST', 'triggers/dry-run', { key: 'none', profile: nobody })).toMatchObject({ status: 404 });
    expect(await ask('POST', 'triggers/dry-run', { key: 'orders', profile: nobody })).toMatchObject({ status: 404 });
  });

  it('there are recipes, each with what it needs and in words', async () => {
    const recipe = z.object({ title: z.string(), needs: z.array(z.string()).min(1), inWords: z.string().min(1) });
    const { items } = z.object({ items: z.array(recipe) }).parse(await read('trigger-recipes'));
    expect(items).toHaveLength(8);
  });
});

describe('a run of a trigger in the API', () => {
  it('shows its cause, its steps and the action with what the provider answered', async () => {
    const profile = await say('rose');
    await isWaiting(`profile=${profile}`);
    const [run] = await runs(`profile=${profile}`);
    expect(await read(`trigger-runs/${run?.id ?? ''}`)).toMatchObject({
      trigger: 'orders',
      version: 1,
      profile,
      cause: expect.stringMatching(/^event\//) as string,
      context: { event: { name: 'order_placed', properties: { amount: 20 } } },
      steps: [{ step: 'note', outcome: 'done' }],
      actions: [{ destination: 'hubspot', action: 'note.create', status: 'done', input: { text: 'Ordered for 20.' } }],
    });
  });

  it('can be taken back while it is under way, and only then', async () => {
    const profile = await say('tess');
    await isWaiting(`profile=${profile}`);
    const [run] = await runs(`profile=${profile}`);
    expect(await ask('POST', `trigger-runs/${run?.id ?? ''}/cancel`)).toMatchObject({
      status: 200,
      body: { status: 'cancelled', reason: 'cancelled by a person' },
    });
    expect(await ask('POST', `trigger-runs/${run?.id ?? ''}/cancel`)).toMatchObject({ status: 409 });
  });

  it('counts in the activity and in the funnel; lift is refused without a goal, and told with one', async () => {
    const profile = await say('fay');
    await isWaiting(`profile=${profile}`);
    expect(await read('triggers/orders/activity')).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ status: 'waiting' })]) as unknown[],
    });
    expect(await read('triggers/orders/funnel')).toMatchObject({
      version: 1,
      items: [
        { step: 'note', outcomes: [{ outcome: 'done' }] },
        { step: 'pause', outcomes: [{ outcome: 'waiting' }] },
      ],
    });
    expect(await ask('GET', 'triggers/orders/lift')).toMatchObject({ status: 409 });
    const goal = { event: { names: ['order_placed'] }, within: { days: 7 } };
    await ask('PUT', 'triggers/goal', { title: 'Goal', definition: definition({ goal, holdout: 50 }) });
    expect(await ask('GET', 'triggers/goal/lift')).toMatchObject({
      status: 200,
      body: { treated: { people: 0, rate: null }, difference: null, isSignificant: false },
    });
    await ask('DELETE', 'triggers/goal');
  });

  it('is found in pages, newest first', async () => {
    await say('one');
    await say('two');
    const page = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string() });
    const first = page.parse(await read('trigger-runs?limit=1'));
    const second = page.parse(await read(`trigger-runs?limit=1&cursor=${first.next}`));
    expect(second.items[0]?.id).not.toBe(first.items[0]?.id);
  });
});

describe('the contact policy in the API', () => {
  it('forbids nothing until somebody says it, and is kept then', async () => {
    expect(await read('contact-policy')).toEqual({ caps: [], provisioned: false, updatedAt: null });
    const policy = {
      quietHours: { from: '21:00', to: '08:00' },
      caps: [{ channel: 'email', atMost: 3, per: { days: 7 } }],
    };
    expect(await ask('PUT', 'contact-policy', policy)).toMatchObject({ status: 200, body: policy });
    expect(await ask('PUT', 'contact-policy', { caps: [{ atMost: 0, per: { days: 7 } }] })).toMatchObject({
      status: 400,
    });
    await ask('PUT', 'contact-policy', { caps: [] });
  });
});
