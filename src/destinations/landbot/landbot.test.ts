import { describe, expect, it, onTestFinished } from 'vitest';
import { createLandbotEmulator, sandboxToken } from '../../sandbox/landbot/index.js';
import { startSandbox } from '../../sandbox/sandbox-server.js';
import type { ActionRequest } from '../action.js';
import type { CallGate, FieldValues, OutgoingRecord, UpsertRequest } from '../destination.js';
import { plainRecord, plainTarget, testContext } from '../test-support.js';
import { landbot } from './definition.js';
import { settingsSchema } from './settings.js';

const openGate: CallGate = (_call, send) => send(AbortSignal.timeout(5_000));
const id = '4203991';

async function rehearse(agentToken = sandboxToken, more: object = {}) {
  const sandbox = await startSandbox(createLandbotEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const settings = settingsSchema.parse({
    agentToken,
    baseUrl: sandbox.origin,
    optInUrl: `${sandbox.origin}/wa/opt_in?phone={phone}`,
    ...more,
  });
  const control = async (method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<unknown> => {
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return (await fetch(`${sandbox.origin}/_sandbox/${path}`, { method, ...sent })).json();
  };
  const connection = landbot.connect(settings, testContext({ call: openGate }));
  return { connection, control, state: () => control('GET', 'state'), journal: sandbox.journal };
}

const outgoing = (fields: FieldValues, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  profileId: 'profile-1',
  key: id,
  fields,
  changed: fields,
  ...plainRecord,
  ...more,
});
const request = (...records: OutgoingRecord[]): UpsertRequest => ({
  object: 'customer',
  keyField: 'id',
  tagsField: 'segments',
  ...plainTarget,
  records,
});
const text = (value: string) => ({ type: 'string', value }) as const;

describe('a customer in Landbot', () => {
  it('gets its fields as texts, its tags as one text, and only what has changed later', async () => {
    const { connection, state, journal } = await rehearse();
    const fields = {
      plan: text('pro'),
      budget: { type: 'number', value: 900 },
      newsletter: { type: 'boolean', value: false },
    } as const;
    expect(
      await connection.upsert(request(outgoing(fields, { tags: ['vip', 'new'], tagsToAdd: ['vip', 'new'] }))),
    ).toMatchObject([{ status: 'delivered', remoteId: id }]);
    expect(await state()).toMatchObject({
      customers: [{ id, fields: { plan: 'pro', budget: '900', newsletter: 'false', segments: 'vip, new' } }],
    });
    const before = journal.count;
    const known = { remoteId: id, memo: null };
    await connection.upsert(
      request(outgoing(fields, { changed: { plan: text('free') }, tags: ['vip', 'new'], known })),
    );
    expect(journal.count - before).toBe(1);
  });

  it('gets numbers and yes or no as such where the settings say so, but no number that Landbot would round', async () => {
    const { connection, state } = await rehearse(undefined, { typedFields: true });
    const fields = {
      budget: { type: 'number', value: 900 },
      rate: { type: 'number', value: 0.5 },
      newsletter: { type: 'boolean', value: false },
    } as const;
    await connection.upsert(request(outgoing(fields)));
    expect(await state()).toMatchObject({ customers: [{ fields: { budget: 900, rate: '0.5', newsletter: false } }] });
  });

  it('under another id is somebody else there, who gets everything', async () => {
    const { connection, state } = await rehearse();
    const known = { remoteId: '1', memo: null };
    await connection.upsert(request(outgoing({ plan: text('pro') }, { changed: {}, tags: ['vip'], known })));
    expect(await state()).toMatchObject({ customers: [{ id, fields: { plan: 'pro', segments: 'vip' } }] });
  });

  it('that Landbot does not know is refused', async () => {
    const { connection, control, state } = await rehearse();
    await control('PUT', 'state', { ...((await state()) as object), behaviour: { makesCustomers: false } });
    expect(await connection.upsert(request(outgoing({ plan: text('pro') })))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'UNKNOWN_CUSTOMER' } } },
    ]);
  });

  it('shows what a mapping would change before it is trusted', async () => {
    const { connection } = await rehearse();
    await connection.upsert(request(outgoing({ plan: text('free') })));
    expect(await connection.preview?.(request(outgoing({ plan: text('pro') })))).toMatchObject([
      { action: 'update', differences: [{ field: 'plan', holds: 'free', wants: 'pro' }] },
    ]);
  });
});

it('says that the token is wrong, and that we were too fast', async () => {
  await expect((await rehearse('wrong')).connection.check({ mapping: null })).rejects.toMatchObject({
    kind: 'unauthorized',
  });
  const { connection, control } = await rehearse();
  await control('PUT', 'limits', { enabled: true });
  const fields = Object.fromEntries(Array.from({ length: 12 }, (_unused, index) => [`f${String(index)}`, text('x')]));
  expect(await connection.upsert(request(outgoing(fields)))).toMatchObject([
    { status: 'failed', error: { kind: 'throttled' } },
  ]);
});

describe('actions', () => {
  const subject = {
    profileId: 'p',
    key: id,
    remoteId: id,
    memo: null,
    email: null,
    phone: '+34600111222',
    consents: {},
  };
  const action = (input: object): ActionRequest => ({ runId: 'run-1', input, plannedAt: new Date(), subject });

  it.each([
    ['field.set', { field: 'plan', value: 'pro' }, { customers: [{ fields: { plan: 'pro' } }] }],
    [
      'bot.assign',
      { bot: '77', node: 'b1' },
      { customers: [{ bot: '77', received: [{ how: 'bot', content: { launch: true, node: 'b1' } }] }] },
    ],
    ['text.send', { text: 'Hello' }, { customers: [{ received: [{ how: 'text', content: { message: 'Hello' } }] }] }],
    ['image.send', { url: 'https://example.com/a.png' }, { customers: [{ received: [{ how: 'image' }] }] }],
    [
      'template.send',
      { template: '12', language: 'es', params: ['Ada'] },
      { customers: [{ received: [{ how: 'template', content: { template_id: '12', template_params: ['Ada'] } }] }] },
    ],
    ['opt_in.register', {}, { optIns: ['+34600111222'] }],
  ])('%s with %o is done, and can be seen', async (name, input, expected) => {
    const { connection, state } = await rehearse();
    expect(await connection.perform?.(name, [action(input)])).toMatchObject([{ status: 'done' }]);
    expect(await state()).toMatchObject(expected);
  });

  it('do not reach somebody who has blocked us, and say so for good', async () => {
    const { connection, control, state } = await rehearse();
    await connection.upsert(request(outgoing({ plan: text('pro') })));
    const account = (await state()) as { customers: object[] };
    await control('PUT', 'state', {
      ...account,
      customers: account.customers.map((each) => ({ ...each, blocked: true })),
    });
    expect(await connection.perform?.('text.send', [action({ text: 'Hello' })])).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'NOT_REACHABLE' } } },
    ]);
  });

  it.each([
    ['bot.assign', { bot: '77', channel: 'whatsapp' }],
    ['text.send', { text: 'Hello', channel: 'whatsapp' }],
    ['image.send', { url: 'https://example.com/a.png', channel: 'whatsapp' }],
  ])('%s reaches nobody on WhatsApp who has not agreed to it', async (name, input) => {
    const { connection, journal } = await rehearse();
    expect(await connection.perform?.(name, [action(input)])).toMatchObject([
      { status: 'withheld', code: 'NO_CONSENT' },
    ]);
    expect(journal.count).toBe(0);
  });

  it('are open after a fault of Landbot’s where twice would be too often, and done again where it is not', async () => {
    const { connection, control } = await rehearse();
    await control('POST', 'faults', { times: 2, answer: { status: 504, body: '' } });
    expect(await connection.perform?.('text.send', [action({ text: 'Hello' })])).toMatchObject([
      { status: 'failed', error: { kind: 'unknown' } },
    ]);
    expect(await connection.perform?.('field.set', [action({ field: 'plan', value: 'pro' })])).toMatchObject([
      { status: 'failed', error: { kind: 'transient' } },
    ]);
  });

  it('need a phone number, and an address, for an opt-in, and say so of the run alone', async () => {
    const { connection } = await rehearse();
    const nobody = { ...action({}), subject: { ...subject, phone: null } };
    expect(await connection.perform?.('opt_in.register', [nobody])).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'NO_PHONE' } } },
    ]);
    const without = await rehearse(undefined, { optInUrl: undefined });
    expect(await without.connection.perform?.('opt_in.register', [action({})])).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'NO_OPT_IN_URL' } } },
    ]);
  });
});
