import { describe, expect, it, onTestFinished } from 'vitest';
import { createChatfuelEmulator, sandboxBot } from '../../sandbox/chatfuel/index.js';
import { startSandbox } from '../../sandbox/sandbox-server.js';
import type { ActionRequest } from '../action.js';
import type { CallGate, FieldValues, OutgoingRecord, UpsertRequest } from '../destination.js';
import { plainRecord, plainTarget, testContext } from '../test-support.js';
import { chatfuel } from './definition.js';
import { settingsSchema } from './settings.js';

const openGate: CallGate = (_call, send) => send(AbortSignal.timeout(5_000));
const id = '6112345678901234';

async function rehearse(more: object = {}) {
  const sandbox = await startSandbox(createChatfuelEmulator, { port: 0 });
  onTestFinished(() => sandbox.close());
  const { id: botId, token, syncBlock } = sandboxBot;
  const settings = settingsSchema.parse({ botId, token, syncBlock, baseUrl: sandbox.origin, ...more });
  const control = async (method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<unknown> => {
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return (await fetch(`${sandbox.origin}/_sandbox/${path}`, { method, ...sent })).json();
  };
  const connection = chatfuel.connect(settings, testContext({ call: openGate }));
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
  object: 'user',
  keyField: 'id',
  tagsField: 'parley segments',
  ...plainTarget,
  records,
});
const text = (value: string) => ({ type: 'string', value }) as const;

describe('a user in Chatfuel', () => {
  it('gets attributes of any name with one silent block, and keeps the tags people gave', async () => {
    const { connection, control, state } = await rehearse();
    const account = (await state()) as object;
    await control('PUT', 'state', { ...account, users: [{ id, tags: ['by hand'] }] });
    const fields = { 'Favourite colour 🎨': text('blue & green'), budget: { type: 'number', value: 0 } } as const;
    const record = outgoing(fields, { tags: ['vip'], tagsToAdd: ['vip'] });
    expect(await connection.upsert(request(record))).toMatchObject([{ status: 'delivered', dropped: [] }]);
    expect(await state()).toMatchObject({
      users: [
        {
          attributes: { 'Favourite colour 🎨': 'blue & green', budget: '0', 'parley segments': 'vip' },
          tags: ['by hand'],
          received: [],
        },
      ],
    });
  });

  it('loses no field silently to a name that Chatfuel keeps for itself', async () => {
    const { connection, state } = await rehearse();
    const fields = { plan: text('pro'), chatfuel_token: text('stolen'), tags: text('all gone') };
    expect(await connection.upsert(request(outgoing(fields)))).toMatchObject([
      { status: 'delivered', dropped: [{ field: 'chatfuel_token', code: 'RESERVED_NAME' }, { field: 'tags' }] },
    ]);
    expect(await state()).toMatchObject({ users: [{ attributes: { plan: 'pro' }, tags: [] }] });
  });

  it('under another id is somebody else there, who gets everything', async () => {
    const { connection, state } = await rehearse();
    const known = { remoteId: '1', memo: null };
    await connection.upsert(request(outgoing({ plan: text('pro') }, { changed: {}, tags: ['vip'], known })));
    expect(await state()).toMatchObject({ users: [{ id, attributes: { plan: 'pro', 'parley segments': 'vip' } }] });
  });

  it('gets more than one address holds in several', async () => {
    const { connection, state, journal } = await rehearse();
    const names = Array.from({ length: 40 }, (_unused, index) => `attribute ${String(index)}`);
    const fields = Object.fromEntries(names.map((name) => [name, text('ß'.repeat(100))]));
    expect(await connection.upsert(request(outgoing(fields)))).toMatchObject([{ status: 'delivered', dropped: [] }]);
    expect(await state()).toMatchObject({
      users: [{ attributes: Object.fromEntries(names.map((name) => [name, 'ß'.repeat(100)])) }],
    });
    expect(journal.entries().every(({ path }) => path.length < 8_000)).toBe(true);
  });

  it('is refused when Chatfuel does not know it, though it answers 200', async () => {
    const { connection, control, state } = await rehearse();
    await control('PUT', 'state', { ...((await state()) as object), behaviour: { makesUsers: false } });
    expect(await connection.upsert(request(outgoing({ plan: text('pro') })))).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'UNKNOWN_USER' } } },
    ]);
  });

  it('cannot be written to without a block to do it with', async () => {
    const { connection } = await rehearse({ syncBlock: undefined });
    await expect(connection.upsert(request(outgoing({ plan: text('pro') })))).rejects.toMatchObject({
      kind: 'misconfigured',
    });
    expect((await connection.check({ mapping: null })).problems).toHaveLength(1);
  });
});

it('never shows the token, which travels in the address', async () => {
  const { connection } = await rehearse({ token: 'a-very-secret-token' });
  const [wrong] = await connection.upsert(request(outgoing({ plan: text('pro') })));
  expect(wrong).toMatchObject({ status: 'failed', error: { kind: 'unauthorized' } });
  const away = await rehearse({ token: 'a-very-secret-token', baseUrl: 'http://127.0.0.1:1' });
  const [lost] = await away.connection.upsert(request(outgoing({ plan: text('pro') })));
  expect(lost).toMatchObject({ status: 'failed', error: { kind: 'transient' } });
  for (const result of [wrong, lost])
    expect(result?.status === 'failed' ? result.error.message : '').not.toContain('secret');
});

describe('the action block.send', () => {
  const action = (input: object): ActionRequest => ({
    runId: 'run-1',
    input,
    plannedAt: new Date(),
    subject: { profileId: 'p', key: id, remoteId: id, memo: null, email: null, phone: null, consents: {} },
  });

  it('sends the block with its attributes, and can be seen on the phone', async () => {
    const { connection, state } = await rehearse();
    const input = { block: 'Abandoned cart', attributes: { 'cart value': '12.50' } };
    expect(await connection.perform?.('block.send', [action(input)])).toMatchObject([{ status: 'done' }]);
    expect(await state()).toMatchObject({
      users: [
        {
          attributes: { 'cart value': '12.50' },
          received: [{ block: 'Abandoned cart', messageTag: 'ACCOUNT_UPDATE' }],
        },
      ],
    });
  });

  it('says that there is no such block, and is unknown when no answer comes', async () => {
    const { connection } = await rehearse();
    expect(await connection.perform?.('block.send', [action({ block: 'gone' })])).toMatchObject([
      { status: 'failed', error: { kind: 'rejected', details: { code: 'UNKNOWN_BLOCK' } } },
    ]);
    const cut = await rehearse();
    await cut.control('POST', 'faults', { drop: 'after' });
    expect(await cut.connection.perform?.('block.send', [action({ block: 'Welcome back' })])).toMatchObject([
      { status: 'failed', error: { kind: 'unknown' } },
    ]);
    await cut.control('POST', 'faults', { answer: { status: 500, body: 'oops' } });
    expect(await cut.connection.perform?.('block.send', [action({ block: 'Welcome back' })])).toMatchObject([
      { status: 'failed', error: { kind: 'unknown' } },
    ]);
  });

  it('reaches nobody on WhatsApp who has not agreed to it', async () => {
    const { connection, journal } = await rehearse();
    expect(
      await connection.perform?.('block.send', [action({ block: 'Welcome back', channel: 'whatsapp' })]),
    ).toMatchObject([{ status: 'withheld', code: 'NO_CONSENT' }]);
    expect(journal.count).toBe(0);
  });
});
