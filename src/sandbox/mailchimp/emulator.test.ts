import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startSandbox } from '../sandbox-server.js';
import { createMailchimpEmulator, freshAudienceId } from './index.js';

const list = `/3.0/lists/${freshAudienceId}`;
const email = 'ada@chat.test';
const hash = (address: string) => createHash('md5').update(address).digest('hex');
const one = `${list}/members/${hash(email)}`;
const anything = z.record(z.string(), z.unknown());

async function account() {
  const sandbox = await startSandbox(createMailchimpEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const { origin } = sandbox;
  const call = async (method: string, path: string, body?: unknown, key = 'any-us1') => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(key === '' ? {} : { authorization: `Basic ${Buffer.from(`user:${key}`).toString('base64')}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? anything.catch({}).parse(JSON.parse(text)) : {},
      text,
    };
  };
  const state = async () => anything.parse((await call('GET', '/_sandbox/state')).body);
  return { origin, call, state };
}
type Call = Awaited<ReturnType<typeof account>>['call'];

describe('the front door', () => {
  it.each([
    ['', 401, 'API Key Missing'],
    ['no-data-centre', 401, 'API Key Invalid'],
    ['any-us7', 403, 'Forbidden'],
  ])('answers the key "%s" with %i', async (key, status, title) => {
    const { call } = await account();
    const answer = await call('GET', '/3.0/ping', undefined, key);
    expect(answer).toMatchObject({ status, body: { title, status } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers.get('x-request-id')).toBe(answer.body.instance);
  });

  it('lets ten requests in at once and no more, when limits are on', async () => {
    const { call } = await account();
    await call('PUT', '/_sandbox/limits', { enabled: true });
    await call('POST', '/_sandbox/faults', { path: '/ping', delayMs: 150, times: 14 });
    const answers = await Promise.all(Array.from({ length: 14 }, () => call('GET', '/3.0/ping')));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({ title: 'TooManyRequests' });
    expect((await call('GET', '/3.0/ping')).status).toBe(200);
  });

  it('knows which tiers it has', async () => {
    const { call } = await account();
    const answer = await call('PUT', '/_sandbox/limits', { enabled: true, tier: 'gold' });
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: 'Mailchimp knows the tiers standard and no-body, not gold.' },
    });
  });

  it('answers what it does not know in Mailchimp’s way', async () => {
    const { call } = await account();
    expect(await call('GET', '/3.0/lists/ffffffffff')).toMatchObject({
      status: 404,
      body: { title: 'Resource Not Found' },
    });
    expect(await call('GET', '/3.0/moon')).toMatchObject({ status: 404 });
    expect(await call('POST', list, '{"members":')).toMatchObject({
      status: 400,
      body: { title: 'JSON Parse Exception' },
    });
  });
});

type Step = (call: Call, origin: string) => Promise<unknown>;
const add =
  (status: string): Step =>
  (call) =>
    call('POST', `${list}/members`, { email_address: email, status });
const patch =
  (body: object): Step =>
  (call) =>
    call('PATCH', one, body);
const optOut: Step = (_call, origin) => fetch(`${origin}/unsubscribe?id=${freshAudienceId}&e=${email}`);
const archive: Step = (call) => call('DELETE', one);
const forget: Step = (call) => call('POST', `${one}/actions/delete-permanent`);
const put =
  (body: object): Step =>
  (call) =>
    call('PUT', one, { email_address: email, ...body });

describe('a contact', () => {
  const cases: readonly (readonly [string, readonly Step[], Step, object])[] = [
    ['absent, put', [], put({ status_if_new: 'subscribed' }), { status: 200, body: { status: 'subscribed' } }],
    ['absent, patched', [], (call) => call('PATCH', one, {}), { status: 404 }],
    ['there, added again', [add('subscribed')], add('subscribed'), { status: 400, body: { title: 'Member Exists' } }],
    [
      'unsubscribed, put with status_if_new',
      [add('subscribed'), patch({ status: 'unsubscribed' })],
      put({ status_if_new: 'subscribed' }),
      { body: { status: 'unsubscribed', unsubscribe_reason: 'N/A (Unsubscribed by admin)' } },
    ],
    [
      'unsubscribed by the API, subscribed again without a word',
      [add('subscribed'), patch({ status: 'unsubscribed' })],
      put({ status: 'subscribed' }),
      { status: 200, body: { status: 'subscribed' } },
    ],
    [
      'unsubscribed by the person, protected',
      [add('subscribed'), optOut],
      put({ status: 'subscribed' }),
      { status: 400, body: { title: 'Member In Compliance State' } },
    ],
    [
      'unsubscribed by the person, asked to confirm',
      [add('subscribed'), optOut],
      put({ status: 'pending' }),
      { status: 200, body: { status: 'pending' } },
    ],
    [
      'unsubscribed by the person and archived, still protected',
      [add('subscribed'), optOut, archive],
      add('subscribed'),
      { status: 400, body: { title: 'Member In Compliance State' } },
    ],
    ['cleaned', [add('cleaned')], put({ status: 'subscribed' }), { status: 400 }],
    [
      'archived, read',
      [add('subscribed'), archive],
      (call) => call('GET', one),
      { status: 200, body: { status: 'archived' } },
    ],
    [
      'archived, added again',
      [add('subscribed'), archive],
      add('subscribed'),
      { status: 200, body: { status: 'subscribed' } },
    ],
    ['archived, archived again', [add('subscribed'), archive], archive, { status: 405 }],
    ['pending, archived', [add('pending')], archive, { status: 405 }],
    ['forgotten, read', [add('subscribed'), forget], (call) => call('GET', one), { status: 404 }],
    [
      'forgotten, added even as pending',
      [add('subscribed'), forget],
      add('pending'),
      { status: 400, body: { title: 'Forgotten Email Not Subscribed' } },
    ],
  ];
  it.each(cases)('%s', async (_name, before, act, expected) => {
    const { call, origin } = await account();
    for (const step of before) await step(call, origin);
    expect(await act(call, origin)).toMatchObject(expected);
  });

  it('has no type in the problems about its state', async () => {
    const { call } = await account();
    await add('subscribed')(call, '');
    const { body } = await call('POST', `${list}/members`, { email_address: email, status: 'subscribed' });
    expect(body).not.toHaveProperty('type');
  });

  it.each([
    ['ada@example.com', `ada@example.com looks fake or invalid, please enter a real email address.`],
    ['nonsense', 'Please provide a valid email address.'],
  ])('with the address %s is refused', async (address, detail) => {
    const { call } = await account();
    const answer = await call('POST', `${list}/members`, { email_address: address, status: 'subscribed' });
    expect(answer).toMatchObject({ status: 400, body: { title: 'Invalid Resource', detail } });
  });

  it('moves to a new address with all it has, but only while subscribed', async () => {
    const { call } = await account();
    await add('subscribed')(call, '');
    const moved = await call('PATCH', one, { email_address: 'new@chat.test' });
    expect(moved.body).toMatchObject({ id: hash('new@chat.test'), email_address: 'new@chat.test' });
    expect((await call('GET', one)).status).toBe(404);
    await call('PATCH', `${list}/members/${hash('new@chat.test')}`, { status: 'unsubscribed' });
    const stuck = await call('PATCH', `${list}/members/${hash('new@chat.test')}`, { email_address: email });
    expect(stuck).toMatchObject({ status: 400, body: { errors: [{ field: 'email address' }] } });
  });

  it('takes merge fields that fit, drops unknown ones without a word, and is cleared by an empty text', async () => {
    const { call } = await account();
    const sent = { FNAME: 'Ada', BUDGET: '12', LASTORDER: '11/30/2026', NOSUCH: 'x' };
    const { body } = await call('PUT', one, { email_address: email, status_if_new: 'subscribed', merge_fields: sent });
    expect(body.merge_fields).toMatchObject({ FNAME: 'Ada', BUDGET: 12, LASTORDER: '2026-11-30', PLAN: '' });
    expect(body.merge_fields).not.toHaveProperty('NOSUCH');
    const cleared = await call('PATCH', one, { merge_fields: { BUDGET: '' } });
    expect(cleared.body.merge_fields).toMatchObject({ FNAME: 'Ada', BUDGET: '' });
    const wrong = await call('PATCH', one, { merge_fields: { BUDGET: 'lots', FNAME: 'Grace' } });
    expect(wrong.body).toMatchObject({
      detail: 'Your merge fields were invalid.',
      errors: [{ field: 'BUDGET', message: 'Please enter a number' }],
    });
    expect((await call('GET', one)).body.merge_fields).toMatchObject({ FNAME: 'Ada' });
  });
});

describe('tags', () => {
  const names = async (call: Call) =>
    z
      .object({ tags: z.array(z.object({ name: z.string() })) })
      .parse((await call('GET', `${one}/tags`)).body)
      .tags.map(({ name }) => name);

  it('are the same in any case, and answer 204 even to a body that means nothing', async () => {
    const { call } = await account();
    await add('subscribed')(call, '');
    await call('POST', `${one}/tags`, { tags: [{ name: 'VIP', status: 'active' }] });
    expect((await call('POST', `${one}/tags`, { name: 'lost', status: 'active' })).status).toBe(204);
    await call('POST', `${one}/tags`, { tags: [{ name: 'vip', status: 'active' }] });
    expect(await names(call)).toEqual(['VIP']);
    await call('POST', `${one}/tags`, { tags: [{ name: 'vip', status: 'inactive' }] });
    expect(await names(call)).toEqual([]);
    expect((await call('GET', `${list}/tag-search?name=v`)).body).toMatchObject({ tags: [{ name: 'VIP' }] });
  });
});

describe('a batch', () => {
  const row = (address: string, more: object = {}) => ({ email_address: address, status: 'subscribed', ...more });

  it('answers 200 whatever happens, and every row in one of three lists', async () => {
    const { call } = await account();
    await add('subscribed')(call, '');
    const members = [
      row(email),
      row('new@chat.test'),
      row('x@example.com'),
      row('b@chat.test', { merge_fields: { BUDGET: 'x' } }),
    ];
    const { status, body } = await call('POST', list, { members });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total_created: 1,
      total_updated: 0,
      error_count: 3,
      errors: [
        { email_address: email, error_code: 'ERROR_CONTACT_EXISTS' },
        { email_address: 'x@example.com', error_code: 'ERROR_GENERIC' },
        { email_address: 'b@chat.test', field: 'BUDGET', field_message: 'Please enter a number' },
      ],
    });
  });

  it('writes the status of existing contacts when it updates, and adds to their tags', async () => {
    const { call } = await account();
    await add('subscribed')(call, '');
    await call('PATCH', one, { status: 'unsubscribed' });
    const { body } = await call('POST', list, { members: [row(email, { tags: ['a'] })], update_existing: true });
    expect(body).toMatchObject({
      total_updated: 1,
      updated_members: [{ status: 'subscribed', tags: [{ name: 'a' }] }],
    });
    const synced = await call('POST', list, {
      members: [row(email, { tags: ['b'] })],
      update_existing: true,
      sync_tags: true,
    });
    expect(synced.body).toMatchObject({ updated_members: [{ tags: [{ name: 'b' }] }] });
  });

  it('is refused as a whole when a row is not of the right shape, and names the row', async () => {
    const { call } = await account();
    const answer = await call('POST', list, { members: [row(email), row('b@chat.test', { status: 'asleep' })] });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'members.item:1.status' }] } });
    expect((await call('GET', one)).status).toBe(404);
  });

  it('takes the first of two rows for one address, and no more than 500 rows', async () => {
    const { call } = await account();
    const twice = [
      row(email, { merge_fields: { FNAME: '1' } }),
      row('ADA@chat.test', { merge_fields: { FNAME: '2' } }),
    ];
    await call('POST', `${list}?skip_duplicate_check=true`, { members: twice });
    expect((await call('GET', one)).body.merge_fields).toMatchObject({ FNAME: '1' });
    const many = Array.from({ length: 501 }, (_, index) => row(`p${String(index)}@chat.test`));
    expect((await call('POST', list, { members: many })).status).toBe(400);
  });
});

it('lists members by status and change, ten at a time unless asked, with only the wanted fields', async () => {
  const { call } = await account();
  const members = Array.from({ length: 30 }, (_, index) => ({
    email_address: `p${String(index)}@chat.test`,
    status: 'subscribed',
  }));
  await call('PUT', '/_sandbox/clock', { now: '2026-03-01T00:00:00Z' });
  await call('POST', list, { members });
  expect(z.array(z.unknown()).parse((await call('GET', `${list}/members`)).body.members)).toHaveLength(10);
  await call('PUT', '/_sandbox/clock', { now: '2026-03-02T00:00:00Z' });
  await call('PATCH', `${list}/members/${hash('p3@chat.test')}`, { status: 'unsubscribed' });
  await call('DELETE', `${list}/members/${hash('p4@chat.test')}`);
  const query = 'since_last_changed=2026-03-01T12:00:00Z&fields=members.email_address,total_items';
  const { body } = await call('GET', `${list}/members?status=unsubscribed&${query}`);
  expect(body).toEqual({ members: [{ email_address: 'p3@chat.test' }], total_items: 1 });
  expect((await call('GET', `${list}/members?count=0`)).body.total_items).toBe(29);
  expect((await call('GET', `${list}/members?status=asleep`)).status).toBe(400);
});

it('takes 10,000 contacts in batches, and gives its state out and in unchanged', async () => {
  const { call, state } = await account();
  for (let batch = 0; batch < 20; batch += 1) {
    const members = Array.from({ length: 500 }, (_, index) => ({
      email_address: `p${String(batch * 500 + index)}@chat.test`,
      status: 'subscribed',
      merge_fields: { FNAME: 'Ada', BUDGET: index },
      tags: ['vip'],
    }));
    expect((await call('POST', list, { members })).body.total_created).toBe(500);
  }
  const exported = await state();
  expect((await call('PUT', '/_sandbox/state', exported)).status).toBe(200);
  expect(await state()).toEqual(exported);
  await call('POST', '/_sandbox/reset');
  expect((await call('GET', `${list}/members`)).body.total_items).toBe(0);
});

it('shows people its contacts as a table', async () => {
  const { call } = await account();
  await call('POST', `${list}/members`, {
    email_address: email,
    status: 'subscribed',
    merge_fields: { FNAME: 'Ada', BUDGET: 5 },
    tags: ['vip'],
  });
  const { text } = await call('GET', '/_sandbox');
  for (const shown of ['Audience Chat contacts', email, 'Ada', 'vip']) expect(text).toContain(shown);
});
