import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Erasure } from '../../src/erasure/erasure.service.js';
import { testDatabase } from '../support/database.js';
import { type ParleyHere, startParleyHere } from '../support/parley.js';
import { callHook, lastRequests, makeSource } from './test-support.js';

const database = testDatabase();
let parley: ParleyHere;

beforeAll(async () => {
  parley = await startParleyHere(database.url);
  await makeSource(parley, 'any', 'generic', { region: 'GB', secretInUrl: true });
  await makeSource(parley, 'landbot', 'landbot');
});
afterAll(() => parley.close());

const rows = <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> =>
  database.dataSource.query(sql, values);
const eventsOf = (name: string) =>
  rows<{ kind: string; channel: string | null; raw: string }>(`SELECT kind, channel, raw FROM events WHERE name = $1`, [
    name,
  ]);
const api = async (method: string, path: string, body?: unknown) => (await parley.ask(method, path, body)).body;

describe('a hook', () => {
  it('takes what stands in the address by GET, and keeps no secret of it', async () => {
    const answer = await fetch(`${parley.url}/hooks/any?secret=a-secret-of-mine&contact_id=g1&event=by_get&plan=pro`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'ok', applied: true });
    expect(await eventsOf('by_get')).toEqual([
      { kind: 'business_event', channel: null, raw: 'contact_id=g1&event=by_get&plan=pro' },
    ]);
    const [last] = await lastRequests(parley, 'any');
    expect(JSON.stringify(last)).not.toContain('a-secret-of-mine');
  });

  it('takes forms, packed bodies, and event and channel from its address', async () => {
    expect((await callHook(parley, 'any', 'contact_id=f1&event=by_form')).status).toBe(200);
    const packed = deflateSync(JSON.stringify({ contact_id: 'z1', event: 'packed' }));
    expect((await callHook(parley, 'any', packed, { 'content-encoding': 'deflate' })).status).toBe(200);
    expect((await callHook(parley, 'any/event/by_path/channel/wa', { contact_id: 'p1' })).status).toBe(200);
    expect((await callHook(parley, 'any/webhook', { contact_id: 'p1', event: 'below' })).status).toBe(200);
    expect(await eventsOf('packed')).toMatchObject([{ raw: '{"contact_id":"z1","event":"packed"}' }]);
    expect(await eventsOf('by_path')).toMatchObject([{ kind: 'business_event', channel: 'whatsapp' }]);
    expect(await eventsOf('by_form')).toHaveLength(1);
    expect(await eventsOf('below')).toHaveLength(1);
  });

  it('does nothing for whoever only looks whether it is there', async () => {
    const before = await rows(`SELECT count(*) FROM events`);
    expect((await fetch(`${parley.url}/hooks/any/x?contact_id=h1`, { method: 'HEAD' })).status).toBe(204);
    expect((await fetch(`${parley.url}/hooks/any/x`, { method: 'DELETE' })).status).toBe(405);
    expect(await rows(`SELECT count(*) FROM events`)).toEqual(before);
  });

  it('answers what cannot be read with 400, but Landbot with 200, and shows both', async () => {
    expect(await callHook(parley, 'any', { plan: 'pro' })).toMatchObject({ status: 400 });
    expect(await callHook(parley, 'landbot', { messages: [{ customer: {} }] })).toMatchObject({
      status: 200,
      body: { status: 'refused', detail: expect.stringContaining('customer.id is missing') as unknown },
    });
    expect((await lastRequests(parley, 'any'))[0]).toMatchObject({ outcome: 'unreadable', status: 400 });
    expect((await lastRequests(parley, 'landbot'))[0]).toMatchObject({ outcome: 'unreadable', status: 200 });
  });

  it('keeps out who is not on the list of addresses, and leaves no trace of it in what people are', async () => {
    await makeSource(parley, 'fenced', 'generic', { allowedAddresses: ['203.0.113.0/24'] });
    const before = await rows(`SELECT count(*) FROM profiles`);
    expect((await callHook(parley, 'fenced', { contact_id: 'x' })).status).toBe(403);
    expect((await callHook(parley, 'any', { contact_id: 'x' }, { 'x-parley-secret': 'wrong' })).status).toBe(401);
    expect(await rows(`SELECT count(*) FROM profiles`)).toEqual(before);
    expect((await lastRequests(parley, 'fenced'))[0]).toMatchObject({ outcome: 'refused', status: 403, events: [] });
  });
});

describe('the last requests', () => {
  it('are fifty of those that count, and strangers cannot push them out', async () => {
    await makeSource(parley, 'busy', 'generic');
    for (let n = 0; n < 55; n += 1) await callHook(parley, 'busy', { contact_id: `b${n}`, event: 'busy' });
    const wrong = { 'x-parley-secret': 'wrong-wrong' };
    await Promise.all(Array.from({ length: 60 }, () => callHook(parley, 'busy', { contact_id: 'evil' }, wrong)));
    const last = await lastRequests(parley, 'busy');
    expect(last.filter(({ outcome }) => outcome === 'refused')).toHaveLength(50);
    const counted = last.filter(({ outcome }) => outcome === 'processed');
    expect(counted).toHaveLength(50);
    expect(counted.every(({ events }) => events[0]?.profileId !== null && events[0]?.applied === true)).toBe(true);
  });

  it('show a body with its secrets masked, and what was answered', async () => {
    const body = { contact_id: 's1', api_key: 'hunter2', 'Access Token': 'hunter3', plan: 'pro' };
    await callHook(parley, 'any', body, { 'x-custom-auth': 'hunter4' });
    const [last] = await lastRequests(parley, 'any');
    const whole = await api('GET', `/api/sources/any/requests/${last!.id}`);
    expect(JSON.stringify(whole)).not.toContain('hunter');
    expect(whole).toMatchObject({
      headers: { 'x-parley-secret': '•••', 'content-type': 'application/json' },
      body: expect.stringContaining('"plan":"pro"') as unknown,
      answer: { status: 'ok', applied: true },
    });
  });

  it('are forgotten with the person', async () => {
    await callHook(parley, 'any', { contact_id: 'e1', plan: 'secret plan' });
    const [last] = await lastRequests(parley, 'any');
    const id = last!.events[0]!.profileId;
    expect(await rows(`SELECT 1 FROM source_requests WHERE profile_id = $1`, [id])).toHaveLength(1);
    await parley.get(Erasure).run(id!, 'test');
    expect(await rows(`SELECT 1 FROM source_requests WHERE body LIKE '%secret plan%'`)).toEqual([]);
  });
});

describe('a replay', () => {
  it('makes something of what could not be read, once it can, as of when it arrived', async () => {
    await makeSource(parley, 'replayed', 'generic');
    await callHook(parley, 'replayed', { account: 'A-1', plan: 'old' });
    const [unreadable] = await lastRequests(parley, 'replayed');
    const path = `/api/sources/replayed/requests/${unreadable!.id}`;
    expect(await parley.ask('POST', `${path}/replay`)).toMatchObject({ status: 400 });
    await makeSource(parley, 'replayed', 'generic', { idFields: ['account'] });
    await callHook(parley, 'replayed', { account: 'A-1', plan: 'new' });
    expect(await api('POST', `${path}/preview`)).toMatchObject({ events: [{ identities: [{ value: 'A-1' }] }] });
    expect(await api('POST', `${path}/replay`)).toMatchObject({ events: [{ applied: true }] });
    expect(
      await rows(
        `SELECT attributes->>'plan' AS plan FROM profiles JOIN identities ON profile_id = id WHERE value = 'A-1'`,
      ),
    ).toEqual([{ plan: 'new' }]);
    expect((await lastRequests(parley, 'replayed')).find(({ id }) => id === unreadable!.id)?.outcome).toBe('replayed');
  });

  it('of what was processed happens only if it is meant, and of strangers’ never', async () => {
    await callHook(parley, 'any', { contact_id: 'r1', event: 'bought' });
    await callHook(parley, 'any', { contact_id: 'r1' }, { 'x-parley-secret': 'wrong' });
    const last = await lastRequests(parley, 'any');
    const path = (outcome: string) => `/api/sources/any/requests/${last.find((each) => each.outcome === outcome)!.id}`;
    expect(await parley.ask('POST', `${path('processed')}/replay`)).toMatchObject({ status: 409 });
    expect(await api('POST', `${path('processed')}/replay`, { again: true })).toMatchObject({
      events: [{ applied: true }],
    });
    expect(await eventsOf('bought')).toHaveLength(2);
    expect(await parley.ask('POST', `${path('refused')}/replay`)).toMatchObject({ status: 409 });
    expect(await parley.ask('GET', '/api/sources/any/requests/0198c0de-0000-7000-8000-000000000009')).toMatchObject({
      status: 404,
    });
  });
});

describe('captions and event names', () => {
  it('are suggested from what was seen, and count from the next request on', async () => {
    await makeSource(parley, 'mapped', 'generic', { region: 'ES' });
    for (const n of [1, 2])
      await callHook(parley, 'mapped', {
        contact_id: `m${n}`,
        Contacto: `ana${n}@mail.test`,
        'Móvil o fijo': '612 345 678',
        Nombre: 'Ana',
        'Plan Type': 'pro',
        plan_type: 'free',
        event: 'Compra OK',
      });
    const seen = await api('GET', '/api/sources/mapped/captions');
    expect(seen).toMatchObject({ events: 2 });
    const { captions } = seen as { captions: { caption: string; suggestion: { attribute: string } | null }[] };
    const suggested = new Map(captions.map(({ caption, suggestion }) => [caption, suggestion?.attribute ?? null]));
    expect(suggested.get('Contacto')).toBe('email');
    expect(suggested.get('Móvil o fijo')).toBe('phone');
    expect(suggested.get('Nombre')).toBe('firstName');
    expect(suggested.get('Plan Type')).toBeNull();

    await api('PUT', '/api/sources/mapped/captions', { captions: { Contacto: 'email', Nombre: null } });
    await api('PUT', '/api/sources/mapped/event-names', { eventNames: { 'Compra OK': 'order_placed' } });
    await callHook(parley, 'mapped', {
      contact_id: 'm3',
      Contacto: 'ana3@mail.test',
      Nombre: 'Ana',
      event: 'Compra OK',
    });
    expect(
      await rows(`SELECT attributes FROM profiles JOIN identities ON profile_id = id WHERE value = 'ana3@mail.test'`),
    ).toEqual([{ attributes: { email: 'ana3@mail.test' } }]);
    expect(await api('GET', '/api/sources/mapped/events')).toMatchObject({
      renamed: { 'Compra OK': 'order_placed' },
      items: [
        { kind: 'business_event', name: 'compra_ok', count: 2 },
        { kind: 'business_event', name: 'order_placed', count: 1 },
      ],
    });
  });

  it('say which captions get into each other’s way', async () => {
    await makeSource(parley, 'clash', 'generic', { captions: { Tarifa: 'plan' } });
    await callHook(parley, 'clash', { contact_id: 'c1', Tarifa: 'pro', plan: 'free' });
    expect(await api('GET', '/api/sources/clash/captions')).toMatchObject({
      clashes: [{ attribute: 'plan', captions: ['Tarifa', 'plan'] }],
    });
  });

  it('are checked, and not changed where a file says them', async () => {
    expect(await parley.ask('PUT', '/api/sources/any/captions', { captions: { a: 'two words' } })).toMatchObject({
      status: 400,
    });
    await rows(`UPDATE sources SET provisioned = true WHERE key = 'clash'`);
    expect(await parley.ask('PUT', '/api/sources/clash/captions', { captions: {} })).toMatchObject({ status: 409 });
  });
});

it('describes every platform with its settings', async () => {
  expect(await api('GET', '/api/platforms')).toMatchObject({
    items: expect.arrayContaining([
      expect.objectContaining({ id: 'rasa', settings: expect.objectContaining({ type: 'object' }) as unknown }),
    ]) as unknown,
  });
  expect((await fetch(`${parley.url}/api/platforms`)).status).toBe(401);
});
