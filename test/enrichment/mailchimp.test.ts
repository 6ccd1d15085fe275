import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Pipeline } from '../../src/pipeline/pipeline.service.js';
import { emulators } from '../../src/sandbox/registry.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, email, incoming, subscriber } from '../support/core.js';
import { testDatabase } from '../support/database.js';
import { freePort, type ParleyHere, startParleyHere } from '../support/parley.js';
import { eventually } from '../support/service.js';

/** The real connector, the sandbox over HTTP, the whole service: what a person decides at Mailchimp counts everywhere. */
const database = testDatabase();
const audience = 'a1b2c3d4e5';
const apiKey = 'sandbox-us1';
const webhookSecret = 'a-secret-in-the-address';
let mailchimp: RunningSandbox;
let parley: ParleyHere;

beforeAll(async () => {
  const create = emulators.mailchimp;
  mailchimp = await startSandbox(create, { port: 0 });
  // Mailchimp tells times in whole seconds. With its clock ahead of ours, what happens within one counts from when we hear of it.
  await mailchimpClock(60_000);
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  parley = await startParleyHere(database.url, { PORT: String(port), PUBLIC_URL: publicUrl });
  await parley.connect({
    key: 'mailchimp',
    provider: 'mailchimp',
    title: 'Mailchimp',
    settings: { baseUrl: mailchimp.origin, apiKey, audienceId: audience, webhookSecret },
    mapping: {
      object: 'member',
      key: { from: 'email', to: 'email_address' },
      requires: { consent: 'email' },
      fields: [{ from: 'firstName', to: 'FNAME', direction: 'both' }],
    },
  });
  const asked = await ask('POST', `/3.0/lists/${audience}/webhooks`, {
    url: `${publicUrl}/hooks/destinations/mailchimp?secret=${webhookSecret}`,
    events: { subscribe: true, unsubscribe: true, profile: true, cleaned: true, upemail: true },
    sources: { user: true, admin: true, api: true },
  });
  expect(asked).toMatchObject({ list_id: audience });
});
afterAll(async () => {
  await parley.close();
  await mailchimp.close();
});

const mailchimpClock = (aheadMs: number): Promise<unknown> =>
  ask('PUT', '/_sandbox/clock', { now: new Date(Date.now() + aheadMs).toISOString() });
async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const sent = body === undefined ? { headers } : { headers, body: JSON.stringify(body) };
  const answer = await fetch(`${mailchimp.origin}${path}`, { method, ...sent });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text.startsWith('{') ? JSON.parse(text) : text;
}
const statusSchema = z.object({
  members: z.array(
    z.object({ email_address: z.string(), status: z.string(), merge_fields: z.record(z.string(), z.unknown()) }),
  ),
});
const member = async (name: string) => {
  const answer = await ask('GET', `/3.0/lists/${audience}/members?count=1000`);
  return statusSchema.parse(answer).members.find((each) => each.email_address === `${name}@shop.test`);
};
const statusOf = async (name: string) => (await member(name))?.status;
async function say(name: string, said: Readonly<Record<string, string>>, agreed = false): Promise<string> {
  const address = `${name}@shop.test`;
  const yes = { purpose: 'email', status: 'granted', evidence: 'yes, write to me', field: null } as const;
  const decision = await parley.get(Pipeline).submit({
    source: 'bot',
    raw: '{}',
    incoming: incoming(name, {
      identities: [subscriber(name), email(address)],
      attributes: Object.entries({ email: address, ...said }).map(([key, value]) => attribute(key, value)),
      consents: agreed ? [yes] : [],
    }),
  });
  return decision.profileId;
}
async function subscribed(name: string): Promise<string> {
  const id = await say(name, { firstName: name }, true);
  await eventually(
    () => statusOf(name),
    (status) => status === 'subscribed',
  );
  return id;
}
const consentOf = async (id: string): Promise<unknown> => {
  const rows = await database.dataSource.query<{ consent: unknown }[]>(
    `SELECT consents->'email' AS consent FROM profiles WHERE id = $1`,
    [id],
  );
  return rows[0]?.consent;
};
const settled = async (id: string): Promise<unknown> => {
  const rows = await database.dataSource.query<object[]>('SELECT due_at FROM sync_marks WHERE profile_id = $1', [id]);
  return rows[0];
};

describe.concurrent('what a person decides at Mailchimp', () => {
  it('is their consent here: nobody who has unsubscribed is subscribed by a later sync, and a second time counts as the first', async ({
    expect,
  }) => {
    const id = await subscribed('ada');
    await ask('GET', `/unsubscribe?id=${audience}&e=ada%40shop.test`);
    await expect
      .poll(() => consentOf(id), { timeout: 20_000 })
      .toMatchObject({ status: 'revoked', source: 'destination/mailchimp' });
    await say('ada', { firstName: 'Augusta' });
    await expect.poll(() => settled(id), { timeout: 20_000 }).toEqual({ due_at: null });
    expect(await statusOf('ada')).toBe('unsubscribed');
    await ask('GET', `/subscribe?id=${audience}&e=ada%40shop.test`);
    await expect
      .poll(() => consentOf(id), { timeout: 20_000 })
      .toMatchObject({ status: 'granted', source: 'destination/mailchimp' });
    // In another second than the first time: within one, Mailchimp's calls are the same to the letter, as if it repeated the first.
    await mailchimpClock(120_000);
    await ask('GET', `/unsubscribe?id=${audience}&e=ada%40shop.test`);
    await expect.poll(() => consentOf(id), { timeout: 20_000 }).toMatchObject({ status: 'revoked' });
  });

  it('of their name reaches the profile, and is not sent back', async ({ expect }) => {
    const id = await subscribed('bob');
    const writes = () =>
      mailchimp.journal
        .entries({})
        .filter(({ method, body }) => method !== 'GET' && JSON.stringify(body ?? '').includes('bob@shop.test')).length;
    const before = writes();
    await ask('GET', `/profile?id=${audience}&e=bob%40shop.test&FNAME=Robert`);
    const attributes = async () =>
      (
        await database.dataSource.query<{ attributes: unknown }[]>('SELECT attributes FROM profiles WHERE id = $1', [
          id,
        ])
      )[0]?.attributes;
    await expect.poll(attributes, { timeout: 20_000 }).toMatchObject({ firstName: 'Robert' });
    await expect.poll(() => settled(id), { timeout: 20_000 }).toEqual({ due_at: null });
    expect(writes()).toBe(before);
    expect((await member('bob'))?.merge_fields.FNAME).toBe('Robert');
  });
});
