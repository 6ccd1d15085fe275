import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createSalesforceEmulator, sandboxCredentials } from '../../src/sandbox/salesforce/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

/** Profiles through the pipeline, delivery's own gate and jsforce to a sandbox org with a validation rule and records that others hold. */
const database = testDatabase();
const clock = new TestClock();
const everybody = 10_000;
let sandbox: RunningSandbox;
let core: Core;

beforeAll(async () => {
  sandbox = await startSandbox(createSalesforceEmulator, { port: 0 });
  core = await startCore(database.url, clock);
  const { clientId, clientSecret } = sandboxCredentials;
  await core.connect({
    key: 'salesforce',
    provider: 'salesforce',
    title: 'Salesforce',
    settings: { instanceUrl: sandbox.origin, clientId, clientSecret },
    mapping: {
      object: 'Contact',
      key: { from: 'shopId', to: 'Parley_Id__c' },
      fields: [
        { from: 'lastName', to: 'LastName' },
        { from: 'city', to: 'MailingCity' },
      ],
    },
  });
});
afterAll(async () => {
  await core.close();
  await sandbox.close();
});

const row = z.looseObject({ Id: z.string(), Parley_Id__c: z.string(), MailingCity: z.string().optional() });
const stateSchema = z.looseObject({ contacts: z.array(row) });
const state = async () => stateSchema.parse(await (await fetch(`${sandbox.origin}/_sandbox/state`)).json());
async function change(changes: object): Promise<void> {
  const body = JSON.stringify({ ...(await state()), ...changes });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${sandbox.origin}/_sandbox/state`, { method: 'PUT', headers, body });
  if (!answer.ok) throw new Error(await answer.text());
}

const isBad = (index: number): boolean => index % 500 === 7;
const isLocked = (index: number): boolean => index % 330 === 11 && index < 9_900;
const all = Array.from({ length: everybody }, (_, index) => index);
const keyOf = (index: number): string => `p${String(index)}`;

const say = (cityOf: (index: number) => string) =>
  core.submit(
    ...all.map((index) =>
      incoming(keyOf(index), {
        identities: [subscriber(keyOf(index)), email(`${keyOf(index)}@example.test`)],
        attributes: [attribute('shopId', keyOf(index)), attribute('lastName', 'Ito'), attribute('city', cityOf(index))],
      }),
    ),
  );

/** What was called, ids left out, and how often. */
async function deliver(): Promise<Readonly<Record<string, number>>> {
  const before = sandbox.journal.count;
  clock.forward(60_000);
  await core.delivery.drain('salesforce');
  const counts: Record<string, number> = {};
  for (const { method, path } of sandbox.journal
    .entries({ path: '/services/data' })
    .filter((one) => one.number > before)) {
    const plain = path
      .replace(/\?.*/, '')
      .replace('/services/data/v60.0', '')
      .replace(/ingest\/[^/]+/, 'ingest/{id}');
    counts[`${method} ${plain}`] = (counts[`${method} ${plain}`] ?? 0) + 1;
  }
  return counts;
}

const outcomes = () =>
  database.dataSource.query<{ outcome: string; count: number }[]>(
    'SELECT outcome, count(*)::int AS count FROM sync_marks GROUP BY outcome ORDER BY outcome',
  );
const inKyoto = async () => (await state()).contacts.filter(({ MailingCity }) => MailingCity === 'Kyoto').length;

it('ten thousand changed profiles with twenty bad and thirty locked ones cost one job and one call, and none of the good ones is lost', async () => {
  await say(() => 'Lima');
  await deliver();
  expect((await state()).contacts).toHaveLength(everybody);

  const locked = new Set(all.filter(isLocked).map(keyOf));
  await change({
    lockedIds: (await state()).contacts.filter(({ Parley_Id__c }) => locked.has(Parley_Id__c)).map(({ Id }) => Id),
    validationRules: [{ field: 'MailingCity', forbidden: 'Atlantis', message: 'We do not ship there.' }],
  });
  await say((index) => (isBad(index) ? 'Atlantis' : 'Kyoto'));
  const { 'GET /jobs/ingest/{id}': _looks, ...calls } = await deliver();
  expect(calls).toEqual({
    'POST /jobs/ingest': 1,
    'PUT /jobs/ingest/{id}/batches': 1,
    'PATCH /jobs/ingest/{id}': 1,
    'GET /jobs/ingest/{id}/successfulResults/': 1,
    'GET /jobs/ingest/{id}/failedResults/': 1,
    'PATCH /composite/sobjects/Contact/Parley_Id__c': 1,
  });
  expect(await inKyoto()).toBe(everybody - 50);
  const dead = await database.dataSource.query<{ reason: string }[]>('SELECT message AS reason FROM dead_letters');
  expect(dead.map(({ reason }) => reason)).toEqual(Array<string>(20).fill('We do not ship there.'));

  await change({ lockedIds: [] });
  expect(await deliver()).toEqual({ 'PATCH /composite/sobjects/Contact/Parley_Id__c': 1 });
  expect(await inKyoto()).toBe(everybody - 20);
  expect(await outcomes()).toEqual([
    { outcome: 'delivered', count: everybody - 20 },
    { outcome: 'rejected', count: 20 },
  ]);
}, 120_000);
