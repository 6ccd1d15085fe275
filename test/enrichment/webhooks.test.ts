import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signAcmeCall } from '../support/acme-webhooks.js';
import { testDatabase } from '../support/database.js';
import { type ParleyHere, startParleyHere } from '../support/parley.js';

vi.mock('../../src/destinations/registry.js', async () => {
  const { acme } = await import('../support/acme.js');
  const { acmeWebhooks } = await import('../support/acme-webhooks.js');
  const { dealStream } = await import('../support/acme-history.js');
  const pull = () => Promise.resolve({ facts: [], cursor: null, watermark: 1, done: 0, total: 0 });
  return { destinations: [acme({ webhooks: acmeWebhooks, history: [dealStream] }, () => ({ pull }))] };
});

const database = testDatabase();
let parley: ParleyHere;
beforeAll(async () => {
  parley = await startParleyHere(database.url);
  await parley.connect({
    key: 'acme',
    provider: 'acme',
    title: 'Acme',
    settings: { baseUrl: 'https://acme.test', key: 'hush' },
    mapping: {
      object: 'people',
      key: { from: 'email', to: 'email' },
      fields: [{ from: 'plan', to: 'plan', direction: 'both' }],
    },
    pulls: { importUnknown: true },
  });
});
afterAll(() => parley.close());

const address = '/hooks/destinations/acme?account=1';
const call = (text: string, signature = signAcmeCall(`https://parley.test${address}`, text, 'hush')) =>
  parley.ask('POST', address, text, { 'x-acme-signature': signature });
const change = (person: string, plan: string, id = `${person}-${plan}`) => ({ id, person, plan, at: Date.now() });
const planOf = async (person: string): Promise<unknown> => {
  const [row] = await database.dataSource.query<{ plan: unknown }[]>(
    `SELECT p.attributes->'plan' AS plan FROM profiles p JOIN identities i ON i.profile_id = p.id
     WHERE i.kind = 'record' AND i.namespace = 'acme/people' AND i.value = $1`,
    [person],
  );
  return row?.plan;
};
const refusals = async (reason: string): Promise<string | undefined> =>
  new RegExp(`parley_hooks_refused_total\\{source="destination/acme",reason="${reason}"\\} (\\d+)`).exec(
    String((await parley.ask('GET', '/metrics')).body),
  )?.[1];

describe('a call from a CRM', () => {
  it('is answered in its own words, once everything it says is committed', async () => {
    expect(await call(JSON.stringify([change('ada', 'pro'), change('bob', 'free')]))).toMatchObject({
      status: 200,
      body: 'thanks',
    });
    expect([await planOf('ada'), await planOf('bob')]).toEqual(['pro', 'free']);
  });

  it('counts once when it comes again', async () => {
    const text = JSON.stringify([change('eve', 'pro')]);
    for (let time = 0; time < 3; time += 1) expect((await call(text)).status).toBe(200);
    const rows = await database.dataSource.query<object[]>(`SELECT 1 FROM events WHERE raw LIKE '%eve%'`);
    expect(rows).toHaveLength(1);
  });

  it('is refused without a trace when the signature does not fit, and counted', async () => {
    const text = JSON.stringify([change('mallory', 'pro')]);
    for (const signature of ['', 'x'.repeat(64), signAcmeCall('https://elsewhere.test/', text, 'hush')])
      expect(await call(text, signature)).toMatchObject({ status: 401, body: '' });
    expect(await planOf('mallory')).toBeUndefined();
    expect(await database.dataSource.query(`SELECT 1 FROM events WHERE raw LIKE '%mallory%'`)).toEqual([]);
    expect(await database.dataSource.query('SELECT 1 FROM dead_letters')).toEqual([]);
    expect(await refusals('not_authentic')).toBe('3');
  });

  it('is refused when it cannot be read', async () => {
    expect(await call('rubbish')).toMatchObject({ status: 400 });
    expect(await refusals('unreadable')).toBe('1');
  });

  it('is to come again when it cannot be committed now', async () => {
    await database.dataSource.query('ALTER TABLE event_keys RENAME TO away');
    const text = JSON.stringify([change('late', 'pro')]);
    try {
      // Not to be told from a bad event, which is kept: neither can be now.
      await database.dataSource.query('ALTER TABLE dead_letters RENAME TO away_too');
      expect(await call(text)).toMatchObject({ status: 503 });
    } finally {
      await database.dataSource.query('ALTER TABLE away RENAME TO event_keys');
      await database.dataSource.query('ALTER TABLE away_too RENAME TO dead_letters');
    }
    expect(await planOf('late')).toBeUndefined();
    expect((await call(text)).status).toBe(200);
    expect(await planOf('late')).toBe('pro');
  });

  it('may ask whether the address is ours', async () => {
    expect(await parley.ask('GET', '/hooks/destinations/acme?challenge=abc', undefined, {})).toMatchObject({
      status: 200,
      body: 'abc',
    });
  });

  it('to a destination that is not there finds nobody', async () => {
    expect((await parley.ask('POST', '/hooks/destinations/nobody', '[]', {})).status).toBe(404);
  });
});

describe('an admin', () => {
  it('reads where the provider is to call, and what to do there', async () => {
    expect((await parley.ask('GET', '/api/destinations/acme/webhook')).body).toEqual({
      url: 'https://parley.test/hooks/destinations/acme',
      setup: '1. Open Acme. 2. Enter https://parley.test/hooks/destinations/acme as the address.',
    });
  });

  it('sees the streams, starts one again from the beginning, and stops it', async () => {
    const streams = async () => (await parley.ask('GET', '/api/destinations/acme/pulls')).body;
    await expect.poll(streams, { timeout: 10_000 }).toMatchObject({
      importUnknown: true,
      items: [
        { stream: 'deals', state: 'waiting', everyMs: 600_000, finishedAt: expect.any(String) as string, error: null },
      ],
    });
    const finished = await streams();
    expect((await parley.ask('POST', '/api/destinations/acme/pulls/deals', { full: true })).status).toBe(202);
    await expect.poll(streams, { timeout: 10_000 }).not.toEqual(finished);
    expect((await parley.ask('DELETE', '/api/destinations/acme/pulls/deals')).status).toBe(204);
    expect(await streams()).toMatchObject({ items: [{ state: 'stopped' }] });
    expect((await parley.ask('POST', '/api/destinations/acme/pulls/deals')).status).toBe(202);
    await expect.poll(streams, { timeout: 10_000 }).toMatchObject({ items: [{ state: 'waiting' }] });
    expect((await parley.ask('POST', '/api/destinations/acme/pulls/dels')).status).toBe(404);
  });
});
