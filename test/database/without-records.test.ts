import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ActionRunList } from '../../src/delivery/action-run-list.repository.js';
import { ActionRuns } from '../../src/delivery/action-runs.repository.js';
import { Resync } from '../../src/delivery/resync.service.js';
import { createHubspotEmulator, sandboxAccessToken } from '../../src/sandbox/hubspot/index.js';
import { createSmtpEmulator, sandboxMailLogin } from '../../src/sandbox/smtp/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';
import { type ParleyHere, startParleyHere } from '../support/parley.js';

/** A mail server keeps nobody: it is told no news, and only acts. */
const database = testDatabase();
const clock = new TestClock();
let mailbox: RunningSandbox;
let hubspot: RunningSandbox;
let core: Core;

const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  database.dataSource.query<Row[]>(sql, [...values]);
const outbox = async () => {
  const state: unknown = await (await fetch(`${mailbox.origin}/_sandbox/state`)).json();
  return z.object({ outbox: z.array(z.object({ to: z.array(z.string()), subject: z.string() })) }).parse(state).outbox;
};
const behave = (behaviour: object) =>
  fetch(`${mailbox.origin}/_sandbox/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ behaviour }),
  });
const mail = (more: object = {}) => ({
  key: 'mail',
  provider: 'smtp',
  title: 'Mail',
  settings: {
    host: '127.0.0.1',
    port: String(mailbox.serverPort),
    security: 'none',
    from: 'parley@acme.test',
    ...sandboxMailLogin,
    ...more,
  },
});
const crm = (key: string) => ({
  key,
  provider: 'hubspot',
  title: 'HubSpot',
  settings: { accessToken: sandboxAccessToken, baseUrl: hubspot.origin },
  mapping: { object: 'contacts', key: { from: 'email', to: 'email' }, fields: [{ from: 'country', to: 'country' }] },
});
const say = async (name: string, country: string): Promise<string> => {
  const address = `${name}@chat.test`;
  const [decision] = await core.submit(
    incoming(name, {
      identities: [subscriber(name), email(address)],
      attributes: [attribute('email', address), attribute('country', country)],
      tagsAdded: ['vip'],
    }),
  );
  return decision?.profileId ?? '';
};
const plan = async (profileId: string | null, input: object = {}): Promise<string> => {
  const now = clock.now();
  const run = {
    id: randomUUID(),
    destination: 'mail',
    action: 'email.send',
    profileId,
    origin: 'person/test',
    cause: randomUUID(),
    input: { to: 'ana@acme.test', subject: 'Call Ada', text: 'Now.', ...input },
    dueAt: now,
    usefulUntil: null,
  };
  await core.get(ActionRuns).planNow([run], now);
  return run.id;
};
const drain = (afterMs = 2_000) => {
  clock.forward(afterMs);
  return core.delivery.drain('mail');
};
const standing = (id: string) => core.get(ActionRunList).find(id);
const marks = () => rows(`SELECT destination, outcome, due_at FROM sync_marks WHERE destination = 'mail'`);

beforeAll(async () => {
  mailbox = await startSandbox(createSmtpEmulator, { port: 0 });
  hubspot = await startSandbox(createHubspotEmulator, { port: 0 });
  core = await startCore(database.url, clock);
});
beforeEach(async () => {
  await fetch(`${mailbox.origin}/_sandbox/reset`, { method: 'POST' });
  await rows(
    `TRUNCATE profiles, identities, sync_marks, remote_records, destinations, mappings, destination_states, destination_memory, action_runs, dead_letters`,
  );
  await core.connect(mail());
});
afterAll(async () => {
  await core.close();
  await Promise.all([mailbox.close(), hubspot.close()]);
});

describe('a destination without records', () => {
  it('is told nothing of anybody, whatever happens and whoever compares everybody', async () => {
    await core.connect(crm('hubspot'));
    await say('ada', 'Peru');
    await core.get(Resync).run('mail');
    await core.delivery.drain('mail');
    expect(await rows(`SELECT destination FROM sync_marks`)).toEqual([{ destination: 'hubspot' }]);
  });

  it('acts, whether it is about a person or not, and waits for no sync', async () => {
    const ada = await say('ada', 'Peru');
    const ids = [await plan(ada), await plan(null, { subject: 'Good morning' })];
    await drain(0);
    for (const id of ids) expect(await standing(id)).toMatchObject({ status: 'done', wanted_version: null });
    expect((await outbox()).map(({ subject }) => subject).sort()).toEqual(['Call Ada', 'Good morning']);
    expect(await marks()).toEqual([]);
  });

  it('goes on when it used to be a destination with records, and what was due for that is settled without a call', async () => {
    await core.connect(crm('mail'));
    const ada = await say('ada', 'Peru');
    expect(await marks()).toMatchObject([{ outcome: 'waiting' }]);
    const before = hubspot.journal.count;
    await core.connect(mail());
    const id = await plan(ada);
    await core.get(Resync).run('mail');
    await drain();
    expect(await standing(id)).toMatchObject({ status: 'done' });
    expect(await marks()).toMatchObject([{ outcome: 'no_key', due_at: null }]);
    await say('ada', 'Chile');
    expect(await marks()).toMatchObject([{ outcome: 'no_key', due_at: null }]);
    expect(hubspot.journal.count).toBe(before);
  });
});

describe('a mail through delivery', () => {
  it('that nobody has confirmed is not sent again, and shown to a person', async () => {
    await behave({ drop: 'after' });
    const id = await plan(null);
    await drain();
    await behave({});
    await drain(600_000);
    expect(await standing(id)).toMatchObject({ status: 'unknown', code: 'OUTCOME_UNKNOWN' });
    expect(await rows(`SELECT kind, cause FROM dead_letters`)).toEqual([{ kind: 'action', cause: 'OUTCOME_UNKNOWN' }]);
  });

  it('that could not be handed over is sent later, once to each', async () => {
    await behave({ recipients: { 'ben@acme.test': { code: 451 } } });
    const id = await plan(null, { to: 'ana@acme.test, ben@acme.test' });
    await drain();
    expect(await standing(id)).toMatchObject({ status: 'planned', code: 'SMTP_451', attempts: 1 });
    const other = await startCore(database.url, clock);
    await fetch(`${mailbox.origin}/_sandbox/reset`, { method: 'POST' });
    clock.forward(600_000);
    await other.delivery.drain('mail');
    await other.close();
    expect(await standing(id)).toMatchObject({ status: 'done' });
    expect(await outbox()).toMatchObject([{ to: ['ben@acme.test'] }]);
  });

  it('waits for a person when the login is wrong, and goes out when the settings are mended', async () => {
    await core.connect(mail({ password: 'old' }));
    const id = await plan(null);
    await drain();
    const [state] = await rows<{ paused_reason: string }>(`SELECT paused_reason FROM destination_states`);
    expect(state?.paused_reason).toContain('Username and password not accepted');
    expect(await standing(id)).toMatchObject({ status: 'planned' });
    await core.connect(mail());
    await drain();
    expect(await standing(id)).toMatchObject({ status: 'done' });
  });
});

describe('in the API', () => {
  let parley: ParleyHere;
  beforeAll(async () => {
    parley = await startParleyHere(database.url, { ROLE: 'all' });
  });
  afterAll(() => parley.close());
  const ask = (method: string, path: string, body?: unknown) => parley.ask(method, `/api/${path}`, body);
  const saved = async () => {
    await rows(`TRUNCATE destinations, mappings`);
    const { key: _key, ...body } = mail();
    return ask('PUT', 'destinations/post', body);
  };
  const input = { to: 'ana@acme.test', subject: 'Call Ada', text: 'Now.' };
  const done = async (answer: { readonly body: unknown }) => {
    const { id } = z.object({ id: z.string() }).parse(answer.body);
    await expect
      .poll(async () => (await ask('GET', `action-runs/${id}`)).body, { timeout: 20_000 })
      .toMatchObject({
        status: 'done',
      });
  };

  it('it is made without a mapping, checked, and does what it can, about somebody or nobody', async () => {
    expect(await saved()).toMatchObject({ status: 200, body: { key: 'post', provider: 'smtp' } });
    expect(await ask('POST', 'destinations/post/check')).toMatchObject({
      status: 200,
      body: { account: expect.stringContaining('parley@acme.test at 127.0.0.1') as string, problems: [] },
    });
    expect(await ask('GET', 'destinations/post/actions')).toMatchObject({ body: { items: [{ id: 'email.send' }] } });
    const ada = await say('ada', 'Peru');
    await done(await ask('POST', 'destinations/post/actions/email.send', { input }));
    await done(await ask('POST', 'destinations/post/actions/email.send', { input, profile: ada }));
    expect(await ask('POST', 'destinations/post/actions/email.send', { input: { ...input, to: 'ana' } })).toMatchObject(
      {
        status: 422,
        body: { detail: expect.stringContaining('must be an e-mail address') as string },
      },
    );
    expect(await outbox()).toHaveLength(2);
    expect((await ask('POST', 'destinations/post/resume')).status).toBe(204);
  });

  it('it refuses a mapping, and whatever needs one, with a clear sentence', async () => {
    await saved();
    const { mapping } = crm('post');
    const refusal = 'must be left out: E-mail (SMTP) keeps no records of people, it only acts';
    expect(await ask('PUT', 'destinations/post/mapping', mapping)).toMatchObject({
      status: 400,
      body: { detail: `/: ${refusal}` },
    });
    const { key: _key, ...body } = mail();
    const whole = await ask('PUT', 'destinations/post', { ...body, mapping });
    expect(whole.status).toBe(400);
    expect(JSON.stringify(whole.body)).toContain(refusal);
    for (const [method, path] of [
      ['GET', 'fields'],
      ['POST', 'resync'],
    ] as const)
      expect(await ask(method, `destinations/post/${path}`)).toMatchObject({
        status: 404,
        body: { detail: 'There is no enabled destination with a mapping "post".' },
      });
  });
});
