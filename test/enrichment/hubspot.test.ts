import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Pipeline } from '../../src/pipeline/pipeline.service.js';
import {
  createHubspotEmulator,
  sandboxAccessToken,
  sandboxOauthApp,
  sandboxPersonToken,
} from '../../src/sandbox/hubspot/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, email, incoming, subscriber } from '../support/core.js';
import { testDatabase } from '../support/database.js';
import { eventually } from '../support/service.js';
import { freePort, type ParleyHere, startParleyHere } from '../support/parley.js';

/** The real connector, the sandbox over HTTP, the whole service: what happens at HubSpot reaches the profile, and nothing goes in a circle. */
const database = testDatabase();
let hubspot: RunningSandbox;
let parley: ParleyHere;
let port: number;

const eventTypes = ['creation', 'propertyChange', 'deletion', 'merge', 'privacyDeletion'];
const mapping = {
  object: 'contacts',
  key: { from: 'email', to: 'email' },
  fields: [
    { from: 'firstName', to: 'firstname' },
    { from: 'country', to: 'country', direction: 'both' },
  ],
};

beforeAll(async () => {
  hubspot = await startSandbox(createHubspotEmulator, { port: 0 });
  port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  parley = await startParleyHere(database.url, { PORT: String(port), PUBLIC_URL: publicUrl });
  const appId = 770_001;
  await control('PUT', 'state', {
    behaviour: { searchLagMs: 0 },
    webhooks: [
      {
        appId,
        targetUrl: `${publicUrl}/hooks/destinations/hubspot`,
        subscriptions: eventTypes.map((verb, n) => ({ id: 100 + n, eventType: `contact.${verb}`, active: true })),
      },
    ],
  });
  await parley.connect({
    key: 'hubspot',
    provider: 'hubspot',
    title: 'HubSpot',
    settings: {
      accessToken: sandboxAccessToken,
      clientSecret: 'private-app-secret',
      appId: String(appId),
      baseUrl: hubspot.origin,
    },
    mapping,
    // What the webhooks tell is told once.
    pulls: { streams: { contacts: 'off', contact_history: 'off' } },
  });
});
afterAll(async () => {
  await parley.close();
  await hubspot.close();
});

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const answer = await fetch(`${hubspot.origin}/_sandbox/${path}`, { method, ...sent });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
/** Somebody works in HubSpot's own pages. */
async function byHand(method: string, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${hubspot.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${sandboxPersonToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.status === 204 ? null : answer.json();
}
async function say(name: string, said: Readonly<Record<string, string>>): Promise<string> {
  const address = `${name}@example.com`;
  const decision = await parley.get(Pipeline).submit({
    source: 'bot',
    raw: '{}',
    incoming: incoming(name, {
      identities: [subscriber(name), email(address)],
      attributes: Object.entries({ email: address, ...said }).map(([key, value]) => attribute(key, value)),
    }),
  });
  return decision.profileId;
}
const rows = <Row extends object>(text: string, values: readonly unknown[] = []) =>
  database.dataSource.query<Row[]>(text, [...values]);
const attributesOf = async (id: string) =>
  (await rows<{ attributes: Record<string, unknown> }>('SELECT attributes FROM profiles WHERE id = $1', [id]))[0]
    ?.attributes;
const remoteIdOf = async (id: string): Promise<string> => {
  const [row] = await rows<{ remote_id: string }>('SELECT remote_id FROM remote_records WHERE profile_id = $1', [id]);
  return row?.remote_id ?? '';
};
const settled = async (id: string): Promise<unknown> =>
  (
    await rows<{ outcome: string; due_at: Date | null }>(
      'SELECT outcome, due_at FROM sync_marks WHERE profile_id = $1',
      [id],
    )
  )[0];
const upsertsOf = (name: string) =>
  hubspot.journal
    .entries({ path: '/crm/v3/objects/contacts/batch/upsert' })
    .filter(({ body }) => JSON.stringify(body).includes(`${name}@`));
/** A person whom HubSpot holds since. */
async function contact(
  name: string,
  said: Readonly<Record<string, string>>,
): Promise<{ id: string; remoteId: string }> {
  const id = await say(name, said);
  return {
    id,
    remoteId: await eventually(
      () => remoteIdOf(id),
      (remoteId) => remoteId !== '',
    ),
  };
}

// Different people, who do not wait for each other.
describe.concurrent('a change that a person makes at HubSpot', () => {
  it('reaches the profile by webhook, and is not sent back; our own writes are told as well, and teach nothing', async ({
    expect,
  }) => {
    const { id, remoteId } = await contact('ada', { firstName: 'Ada', country: 'Peru' });
    await byHand('PATCH', `/crm/v3/objects/contacts/${remoteId}`, {
      properties: { country: 'Chile', firstname: 'Augusta' },
    });
    await expect
      .poll(() => attributesOf(id), { timeout: 15_000 })
      .toMatchObject({ country: 'Chile', firstName: 'Ada' });
    const calls = upsertsOf('ada').length;
    await expect.poll(() => settled(id), { timeout: 15_000 }).toEqual({ outcome: 'unchanged', due_at: null });
    expect(upsertsOf('ada')).toHaveLength(calls);
    const told = await rows<{ name: string }>(
      `SELECT name FROM events WHERE profile_id = $1 AND source = 'destination/hubspot'`,
      [id],
    );
    expect(told.map(({ name }) => name)).toEqual(['record_changed']);
  });

  it('and one that the bot hears of later go both ways, the newest counting', async ({ expect }) => {
    const { id, remoteId } = await contact('bob', { country: 'Peru' });
    await byHand('PATCH', `/crm/v3/objects/contacts/${remoteId}`, { properties: { country: 'Chile' } });
    await expect.poll(() => attributesOf(id), { timeout: 15_000 }).toMatchObject({ country: 'Chile' });
    await say('bob', { country: 'Spain' });
    const held = async () => {
      const answer = await byHand('POST', '/crm/v3/objects/contacts/batch/read', {
        properties: ['country'],
        inputs: [{ id: remoteId }],
      });
      return z
        .object({ results: z.array(z.object({ properties: z.record(z.string(), z.string().nullable()) })) })
        .parse(answer).results[0]?.properties.country;
    };
    await expect.poll(held, { timeout: 15_000 }).toBe('Spain');
    expect(await attributesOf(id)).toMatchObject({ country: 'Spain' });
  });

  it('forgets the person here too when it was for their privacy', async ({ expect }) => {
    const { id, remoteId } = await contact('eve', { country: 'Peru' });
    await byHand('POST', '/crm/v3/objects/contacts/gdpr-delete', { objectId: remoteId });
    await expect.poll(() => rows('SELECT 1 FROM profiles WHERE id = $1', [id]), { timeout: 15_000 }).toEqual([]);
    expect(await rows(`SELECT 1 FROM identities WHERE value = 'eve@example.com'`)).toEqual([]);
  });

  it('of their deals becomes events and attributes that anything can be built on', async ({ expect }) => {
    const { id, remoteId } = await contact('dora', { country: 'Peru' });
    for (const [dealname, dealstage, amount] of [
      ['Small', 'closedwon', '100.50'],
      ['Large', 'closedwon', '900'],
      ['Open', 'appointmentscheduled', '50'],
    ])
      await byHand('POST', '/crm/v3/objects/deals', {
        properties: { dealname, dealstage, amount, pipeline: 'default' },
        associations: [
          { to: { id: remoteId }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }] },
        ],
      });
    expect((await parley.ask('POST', '/api/destinations/hubspot/pulls/deals', { full: true })).status).toBe(202);
    await expect
      .poll(() => attributesOf(id), { timeout: 20_000 })
      .toMatchObject({ hubspotDeals: 3, hubspotWonDeals: 2, hubspotWonAmount: 1000.5, hubspotOpenAmount: 50 });
    const won = await rows(
      `SELECT 1 FROM events WHERE profile_id = $1 AND kind = 'crm_activity' AND name = 'deal_won'`,
      [id],
    );
    expect(won).toHaveLength(2);
    const streams = z.object({
      items: z.array(z.object({ stream: z.string(), state: z.string(), error: z.string().nullable() })),
    });
    const read = async () => streams.parse((await parley.ask('GET', '/api/destinations/hubspot/pulls')).body).items;
    await expect
      .poll(async () => (await read()).filter(({ state }) => state !== 'waiting' && state !== 'off'), {
        timeout: 20_000,
      })
      .toEqual([]);
  });
});

describe('an account that a person connects', () => {
  it('is delivered to with what they granted, pauses when they take it back, and goes on when they connect it again', async () => {
    const { clientId, clientSecret } = sandboxOauthApp;
    await parley.connect({
      key: 'granted',
      provider: 'hubspot',
      title: 'HubSpot by OAuth',
      settings: { clientId, clientSecret, baseUrl: hubspot.origin },
      mapping: { ...mapping, key: { from: 'email', to: 'email' } },
    });
    const standing = async () => (await parley.ask('GET', '/api/destinations/granted')).body;
    const connect = async (): Promise<void> => {
      const begun = await parley.ask('POST', '/api/destinations/granted/connect');
      const { authorizeUrl } = z.object({ authorizeUrl: z.string() }).parse(begun.body);
      const form = new URL(authorizeUrl).searchParams;
      form.set('decision', 'allow');
      const back = await fetch(`${hubspot.origin}/oauth/authorize`, { method: 'POST', body: form, redirect: 'manual' });
      const page = await fetch(back.headers.get('location') ?? '');
      expect(await page.text()).toContain('Connected');
    };
    await connect();
    expect(await standing()).toMatchObject({ connection: { by: 'person', connected: true }, pausedReason: null });
    const id = await say(`granted-${randomUUID().slice(0, 8)}`, { country: 'Peru' });
    const held = () => rows(`SELECT 1 FROM remote_records WHERE destination = 'granted' AND profile_id = $1`, [id]);
    await expect.poll(held, { timeout: 15_000 }).toHaveLength(1);

    await control('PUT', 'state', {
      ...z.record(z.string(), z.unknown()).parse(await control('GET', 'state')),
      oauthGrants: [],
      oauthTokens: [],
    });
    const later = await say(`later-${randomUUID().slice(0, 8)}`, { country: 'Chile' });
    await expect.poll(standing, { timeout: 15_000 }).toMatchObject({
      pausedReason: expect.stringContaining('needs a person') as string,
      connection: { connected: false, refusedReason: expect.any(String) as string },
    });
    await connect();
    expect(await standing()).toMatchObject({ pausedReason: null, connection: { connected: true } });
    await expect
      .poll(() => rows(`SELECT 1 FROM remote_records WHERE destination = 'granted' AND profile_id = $1`, [later]), {
        timeout: 15_000,
      })
      .toHaveLength(1);
  });
});
