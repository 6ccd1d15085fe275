import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { list, sandboxAccount, type SandboxAccount } from './test-support.js';

const ada = 'ada@chat.test';
const withId = z.object({ id: z.union([z.string(), z.number()]) });

async function campaign({ call }: SandboxAccount, settings: object = {}, recipients: object = {}): Promise<string> {
  const full = { subject_line: 'Hi *|FNAME|*', from_name: 'Us', reply_to: 'us@parley.test', title: 'T', ...settings };
  const body = { type: 'regular', recipients: { list_id: list.slice(-10), ...recipients }, settings: full };
  const { id } = withId.parse((await call('POST', '/3.0/campaigns', body)).body);
  return `/3.0/campaigns/${String(id)}`;
}
const outbox = async ({ call }: SandboxAccount) =>
  z
    .object({
      outbox: z.array(z.looseObject({ id: z.number(), to: z.string(), subject: z.string(), html: z.string() })),
    })
    .parse((await call('GET', '/_sandbox/state')).body).outbox;

describe('a campaign', () => {
  it('fills in merge tags for each reader, with conditions, and leaves unknown ones as they are', async () => {
    const account = await sandboxAccount();
    await account.subscribe(ada, { FNAME: 'Ada' });
    await account.subscribe('b@chat.test');
    const path = await campaign(account);
    const html = '*|IF:FNAME|*Dear *|FNAME|**|ELSE:|*Hello*|END:IF|*, *|EMAIL|* *|NOPE|* <a href="*|UNSUB|*">out</a>';
    await account.call('PUT', `${path}/content`, { html });
    expect((await account.call('POST', `${path}/actions/send`)).status).toBe(204);
    const [one, two] = await outbox(account);
    expect(one).toMatchObject({ to: ada, subject: 'Hi Ada' });
    expect(one?.html).toContain(`Dear Ada, ${ada} *|NOPE|*`);
    expect(two?.html).toContain('Hello, b@chat.test');
    const [, link = ''] = /href="([^"]+)"/.exec(one?.html ?? '') ?? [];
    expect((await fetch(link)).status).toBe(200);
    const { body } = await account.call('GET', `${path.replace('campaigns', 'reports')}/unsubscribed`);
    expect(body).toMatchObject({ unsubscribes: [{ email_address: ada }], total_items: 1 });
  });

  it('goes to the subscribed of its static segment only', async () => {
    const account = await sandboxAccount();
    for (const email of [ada, 'b@chat.test', 'c@chat.test'])
      await account.subscribe(email, {}, email === ada ? [] : ['Fans']);
    await account.call('PATCH', `${list}/members/c@chat.test`, { status: 'unsubscribed' });
    const { segments } = (await account.call('GET', `${list}/segments`)).body;
    const [{ id }] = z.tuple([withId]).parse(segments);
    const path = await campaign(account, {}, { segment_opts: { saved_segment_id: id } });
    await account.call('PUT', `${path}/content`, { template: { id: 2001, sections: { body: '<b>New</b>' } } });
    await account.call('POST', `${path}/actions/send`);
    const mails = await outbox(account);
    expect(mails.map(({ to }) => to)).toEqual(['b@chat.test']);
    expect(mails[0]?.html).toContain('<b>New</b>');
  });

  it('that lacks something is not sent, and its checklist says what', async () => {
    const account = await sandboxAccount();
    const path = await campaign(account, { subject_line: '', reply_to: '' });
    expect((await account.call('GET', `${path}/send-checklist`)).body).toMatchObject({ is_ready: false });
    expect(await account.call('POST', `${path}/actions/send`)).toMatchObject({
      status: 400,
      body: { title: 'Bad Request' },
    });
    const schedule_time = '2030-01-01T10:07:00+00:00';
    expect((await account.call('POST', `${path}/actions/schedule`, { schedule_time })).body).toMatchObject({
      detail: 'This campaign cannot be scheduled: .',
    });
  });

  it('can be read, opened and clicked in the outbox, and no script of it runs', async () => {
    const account = await sandboxAccount();
    await account.subscribe(ada);
    const path = await campaign(account);
    await account.call('PUT', `${path}/content`, { html: '<script>alert(1)</script>"Hi"' });
    await account.call('POST', `${path}/actions/send`);
    const [mail] = await outbox(account);
    const page = (await account.call('GET', `/_sandbox/outbox/${String(mail?.id)}`)).text;
    expect(page).toContain('sandbox srcdoc="&lt;script&gt;');
    expect(page).not.toContain('<script>');
    expect((await account.call('GET', '/_sandbox/outbox')).text).toContain(ada);
    await account.call('GET', `/track/open?m=${String(mail?.id)}`);
    expect((await account.call('GET', `${list}/members/${ada}`)).body).toMatchObject({
      stats: { avg_open_rate: 1, avg_click_rate: 0 },
    });
    expect((await account.call('GET', '/_sandbox/outbox/9')).status).toBe(404);
  });
});

describe('journeys and automations', () => {
  it('take subscribed members only, know which are there, and start by events too', async () => {
    const account = await sandboxAccount();
    await account.subscribe(ada);
    const trigger = (step: number, email: string) =>
      account.call('POST', `/3.0/customer-journeys/journeys/101/steps/${String(step)}/actions/trigger`, {
        email_address: email,
      });
    expect([
      (await trigger(201, ada)).status,
      (await trigger(9, ada)).status,
      (await trigger(201, 'x@chat.test')).status,
    ]).toEqual([204, 404, 400]);
    const queue = () =>
      account.call('POST', '/3.0/automations/d1e2f3a4b5/emails/e1f2a3b4c5/queue', { email_address: ada });
    expect((await queue()).status).toBe(200);
    expect((await queue()).body).toMatchObject({ detail: 'The subscriber has already been triggered for this email.' });
    expect((await account.call('GET', '/_sandbox')).text).toContain('Journeys: who is in them');
    expect(await outbox(account)).toHaveLength(2);
  });
});

it('a bulk job carries out its operations and gives their answers in an archive that can be asked for ten minutes', async () => {
  const account = await sandboxAccount();
  const operations = [
    { method: 'GET', path: '/ping' },
    { method: 'GET', path: '/lists/nope', operation_id: 'b' },
  ];
  const { id } = withId.parse((await account.call('POST', '/3.0/batches', { operations })).body);
  const job = async () => (await account.call('GET', `/3.0/batches/${String(id)}`)).body;
  await expect.poll(job).toMatchObject({ status: 'finished', total_operations: 2, errored_operations: 1 });
  const { response_body_url: url } = z.object({ response_body_url: z.string() }).parse(await job());
  expect((await fetch(url)).status).toBe(200);
  await account.call('PUT', '/_sandbox/clock', { now: new Date(Date.now() + 660_000).toISOString() });
  expect((await fetch(url)).status).toBe(403);
  expect((await account.call('DELETE', `/3.0/batches/${String(id)}`)).status).toBe(204);
  expect((await account.call('GET', `/3.0/batches/${String(id)}`)).status).toBe(404);
});

it('gives all of it out as state, and takes it back unchanged', async () => {
  const account = await sandboxAccount();
  await account.subscribe(ada, {}, ['vip']);
  const path = await campaign(account);
  await account.call('PUT', `${path}/content`, { html: 'x' });
  await account.call('POST', `${path}/actions/send`);
  await account.call('POST', `${list}/members/${ada}/events`, { name: 'bought' });
  const before = (await account.call('GET', '/_sandbox/state')).body;
  expect((await account.call('PUT', '/_sandbox/state', before)).status).toBe(200);
  expect((await account.call('GET', '/_sandbox/state')).body).toEqual(before);
  await account.call('POST', '/_sandbox/reset');
  expect(await outbox(account)).toEqual([]);
});

it('the sign-up form takes back whom no program may, and asks for a confirmation where the audience does', async () => {
  const account = await sandboxAccount();
  await account.subscribe(ada);
  await account.call('POST', `${list}/members/${ada}/actions/delete-permanent`);
  expect((await account.subscribe(ada)).body).toMatchObject({ title: 'Forgotten Email Not Subscribed' });
  await account.call('GET', `/subscribe?id=${list.slice(-10)}&e=${ada}`);
  expect((await account.call('GET', `${list}/members/${ada}`)).body).toMatchObject({
    status: 'subscribed',
    ip_signup: '203.0.113.7',
  });
  const state = z
    .looseObject({ audiences: z.array(z.record(z.string(), z.unknown())) })
    .parse((await account.call('GET', '/_sandbox/state')).body);
  await account.call('PUT', '/_sandbox/state', {
    ...state,
    audiences: state.audiences.map((one) => ({ ...one, double_optin: true })),
  });
  await account.call('GET', `/subscribe?id=${list.slice(-10)}&e=new@chat.test`);
  expect((await account.call('GET', `${list}/members/new@chat.test`)).body).toMatchObject({ status: 'pending' });
  await account.call('GET', `/subscribe/confirm?id=${list.slice(-10)}&e=new@chat.test`);
  expect((await account.call('GET', `${list}/members/new@chat.test`)).body).toMatchObject({ status: 'subscribed' });
});
