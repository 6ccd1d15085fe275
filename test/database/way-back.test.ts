import { afterAll, beforeAll, expect, it } from 'vitest';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { segmentInput } from '../../src/segments/segment-input.js';
import { Segments } from '../../src/segments/segments.service.js';
import { createManychatEmulator, sandboxApiKey } from '../../src/sandbox/manychat/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { testDatabase } from '../support/database.js';
import { attribute, type Core, incoming, startCore, TestClock } from '../support/core.js';

const database = testDatabase();
const clock = new TestClock();
const running: { core?: Core; sandbox?: RunningSandbox } = {};

beforeAll(async () => {
  running.core = await startCore(database.url, clock);
  running.sandbox = await startSandbox(createManychatEmulator, { port: 0 });
});
afterAll(async () => {
  await running.core?.close();
  await running.sandbox?.close();
});

it('tags the contact in the chatbot when a segment is entered, and what the chatbot then says goes no second time round', async () => {
  const { core, sandbox } = running;
  if (core === undefined || sandbox === undefined) throw new Error('not started');
  await core.connect({
    key: 'back',
    provider: 'manychat',
    title: 'ManyChat',
    settings: { apiKey: sandboxApiKey, baseUrl: sandbox.origin },
    mapping: {
      object: 'contact',
      key: { from: { identity: 'bot/contact' }, to: 'id' },
      fields: [{ from: 'plan', to: 'Plan' }],
      tags: { to: 'tags', only: [], segments: 'all' },
      create: { options: true },
    },
  });
  const rule = { version: 1, all: [{ attribute: 'plan', operator: 'equals', value: 'pro' }] };
  const pro = segmentInput.parse({ key: 'pro-users', title: 'Pro', rule });
  await database.dataSource.transaction((manager) => core.get(Segments).save(manager, [pro], 'api'));
  await core.get(SegmentDirectory).onModuleInit();
  const drain = async (): Promise<number> => {
    clock.forward(11_000);
    const before = sandbox.journal.count;
    await core.delivery.drain('back');
    return sandbox.journal.count - before;
  };

  await core.submit(incoming('77001', { attributes: [attribute('plan', 'pro')] }));
  expect(await drain()).toBeGreaterThan(0);
  const state = (await (await fetch(`${sandbox.origin}/_sandbox/state`)).json()) as {
    subscribers: { id: string; tags: number[]; fields: object }[];
    tags: { id: number; name: string }[];
  };
  const tag = state.tags.find(({ name }) => name === 'pro-users');
  expect(state.subscribers).toMatchObject([{ id: '77001', tags: [tag?.id], fields: { 11: 'pro' } }]);

  // The tag starts a flow there, and the flow tells us of the contact, with what we wrote ourselves.
  for (let round = 0; round < 5; round += 1) {
    clock.forward(1_000);
    await core.submit(incoming('77001', { attributes: [attribute('plan', 'pro')], name: 'flow' }));
    expect(await drain()).toBe(0);
  }
  const [row] = await database.dataSource.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM delivery_records WHERE outcome = 'delivered'`,
  );
  expect(row?.count).toBe(1);
});
