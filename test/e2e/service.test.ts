import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, postContact, Service, temporaryFolder } from '../support/service.js';

const folder = temporaryFolder();
const service = new Service(folder.path);
let apiKey = '';

const contactsAt = async (origin: string) =>
  z
    .object({ contacts: z.array(z.object({ properties: z.record(z.string(), z.unknown()) })) })
    .parse(await (await fetch(`${origin}/_sandbox/state`)).json()).contacts;

const api = async (address: string, init: RequestInit = {}): Promise<unknown> => {
  const response = await fetch(`${service.url}${address}`, {
    ...init,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
  });
  return response.status === 204 ? null : response.json();
};

beforeAll(async () => {
  await service.start();
  apiKey = service.apiKey;
}, 120_000);
afterAll(async () => {
  await service.stop();
  folder.remove();
});

describe('the service as a process', () => {
  it('brings a ManyChat contact from the webhook to HubSpot, and explains every value', async () => {
    const ada = {
      id: '7700000001',
      key: 'user:7700000001',
      first_name: 'Ada',
      email: 'Ada@Shop.test',
      custom_fields: { plan: 'pro' },
    };
    const answer = await postContact(service.url, ada);
    expect(answer.status).toBe(200);
    const { profile_id: id } = z.object({ profile_id: z.uuid() }).parse(await answer.json());
    const contacts = await eventually(
      () => contactsAt(service.sandbox('HubSpot')),
      (held) => held.some(({ properties }) => properties.email === 'ada@shop.test'),
    );
    expect(contacts.find(({ properties }) => properties.email === 'ada@shop.test')?.properties).toMatchObject({
      firstname: 'Ada',
      plan: 'pro',
    });
    const profile = await eventually(
      () => api(`/api/profiles/${id}`),
      (whole) =>
        JSON.stringify(whole).includes('"destination":"hubspot"') &&
        JSON.stringify(whole).includes('"plan":{"type":"string","value":"pro"}'),
    );
    expect(profile).toMatchObject({
      attributes: { plan: { value: 'pro', type: 'string', event: expect.any(String) as unknown } },
      identities: expect.arrayContaining([
        expect.objectContaining({ kind: 'email', value: 'ada@shop.test' }),
      ]) as unknown,
      destinations: expect.arrayContaining([
        expect.objectContaining({
          destination: 'hubspot',
          lastDelivery: expect.objectContaining({
            outcome: 'delivered',
            sent: expect.objectContaining({ plan: { type: 'string', value: 'pro' } }) as unknown,
          }) as unknown,
        }),
      ]) as unknown,
    });
    expect(await api('/api/profiles?email=ADA@shop.test')).toMatchObject({ items: [{ id }] });
  });

  it.each([
    ['an unknown source', 'nobody', { 'x-parley-secret': 'demo-secret' }, '{}', 404],
    ['a wrong secret', 'demo-manychat', { 'x-parley-secret': 'wrong' }, '{}', 401],
    ['no secret', 'demo-manychat', {}, '{}', 401],
    ['a body that is not JSON', 'demo-manychat', { 'x-parley-secret': 'demo-secret' }, '{"id": ', 400],
  ])('refuses %s with a problem that says why, and keeps nothing', async (_what, source, headers, body, status) => {
    const before = await api('/api/profiles');
    const answer = await fetch(`${service.url}/hooks/${source}`, { method: 'POST', headers, body });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status, detail: expect.stringMatching(/\S+/) as unknown });
    expect(await api('/api/profiles')).toEqual(before);
  });

  it('lets nobody at the API without a key', async () => {
    expect((await fetch(`${service.url}/api/profiles`)).status).toBe(401);
    expect(
      (await fetch(`${service.url}/api/profiles`, { headers: { authorization: 'Bearer parley_wrong' } })).status,
    ).toBe(401);
  });

  it.each([
    ['/api/profiles?limit=0', '/limit'],
    ['/api/deliveries?cursor=nonsense', '/cursor'],
    ['/api/profiles?cursor=nonsense', '/cursor'],
    ['/api/dead-letters?kind=other', '/kind'],
    ['/api/profiles/nonsense', ''],
  ])('answers %s with what is wrong and where', async (address, pointer) => {
    expect(await api(address)).toMatchObject({ status: 400, errors: [{ pointer }] });
  });

  it.each([
    ['a text that PostgreSQL cannot store in a query', '/api/profiles?email=%00', 400],
    ['an address that is not UTF-8', '/hooks/%E0%A4', 400],
    ['an address that is too long', `/api/profiles/${'x'.repeat(300)}`, 414],
  ])('answers %s with a problem', async (_what, address, status) => {
    const answer = await fetch(`${service.url}${address}`, { headers: { authorization: `Bearer ${apiKey}` } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status, detail: expect.stringMatching(/\S+/) as unknown });
  });

  it('does not repeat the query of an address, where a secret may stand', async () => {
    const answer = await fetch(`${service.url}/hooks/demo-landbot?secret=hunter2-hunter2`, { method: 'POST' });
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('hunter2');
  });

  it('refuses a NUL inside a text of the API', async () => {
    const source = { platform: 'manychat', title: 'A\u0000B', secrets: ['mine-secret'] };
    expect(await api('/api/sources/nul', { method: 'PUT', body: JSON.stringify(source) })).toMatchObject({
      status: 400,
    });
  });

  it('pages through lists without losing or repeating anything', async () => {
    for (let n = 0; n < 5; n += 1) await postContact(service.url, { id: `88000000${n}`, first_name: `Page${n}` });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = z
        .object({ items: z.array(z.object({ id: z.string() })), next: z.string().nullable() })
        .parse(await api(`/api/profiles?limit=2${cursor}`));
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(6);
  });

  it('replays only what it is told to, never everything by an empty wish', async () => {
    expect(await api('/api/dead-letters/replay', { method: 'POST', body: '{}' })).toMatchObject({ status: 400 });
  });

  it('keeps what comes from a file read-only, and takes what is made through the API', async () => {
    const source = { platform: 'manychat', title: 'Mine', secrets: ['mine-secret'], settings: { region: 'GB' } };
    expect(await api('/api/sources/demo-manychat', { method: 'PUT', body: JSON.stringify(source) })).toMatchObject({
      status: 409,
    });
    expect(await api('/api/sources/mine', { method: 'PUT', body: JSON.stringify(source) })).toMatchObject({
      key: 'mine',
      secrets: 1,
    });
    const answer = await fetch(`${service.url}/hooks/mine`, {
      method: 'POST',
      headers: { 'x-parley-secret': 'mine-secret' },
      body: JSON.stringify({ id: '99', first_name: 'Mine' }),
    });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(await api('/api/sources'))).not.toContain('mine-secret');
  });

  it('says that it is alive and ready, and counts what it does', async () => {
    expect(await (await fetch(`${service.url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${service.url}/readyz`)).json()).toMatchObject({
      details: { database: { status: 'up' }, migrations: { status: 'up' }, jobs: { status: 'up' } },
    });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(
      /parley_events_total\{source="demo-manychat",kind="contact_snapshot",repeated="false"\} \d/,
    );
    expect(metrics).toMatch(/parley_provider_calls_total\{destination="hubspot"/);
  });

  it('describes itself as OpenAPI, schemas of queries included', async () => {
    const document = await (await fetch(`${service.url}/docs/openapi.json`)).json();
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3/) as unknown,
      paths: { '/api/profiles': { get: {} } },
    });
  });
});

describe('a start that cannot succeed', () => {
  it('says in one sentence that the data folder is used by another one', async () => {
    await expect(new Service(folder.path).start()).rejects.toThrow(
      /ended with 1: \s*The data folder \S+ is in use by another Parley/,
    );
  });

  it('says which port is taken', async () => {
    const other = temporaryFolder();
    const port = new URL(service.url).port;
    await expect(new Service(other.path, { PORT: port }).start()).rejects.toThrow(
      new RegExp(`ended with 1: \\s*Port ${port} is in use`),
    );
    other.remove();
  });

  it('says that the data folder cannot be written', async () => {
    const other = temporaryFolder();
    writeFileSync(path.join(other.path, '.data'), 'a file where the folder should be');
    await expect(new Service(other.path).start()).rejects.toThrow(
      /ended with 1: \s*The data folder \S+ cannot be written/,
    );
    other.remove();
  });

  it('names the file, the place in it, what was expected and what was found', async () => {
    const other = temporaryFolder();
    writeFileSync(
      path.join(other.path, 'wrong.yaml'),
      'sources:\n  - { key: Not A Key, platform: manychat, title: x, secrets: [long-enough] }\n',
    );
    await expect(new Service(other.path, { CONFIG_DIR: other.path }).start()).rejects.toThrow(
      /ended with 1: \s*The configuration is wrong:\s+\S+wrong\.yaml, sources\[0\]\.key: must be .* found "Not A Key"/,
    );
    other.remove();
  });
});
