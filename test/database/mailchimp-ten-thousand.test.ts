import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createMailchimpEmulator, freshAudienceId as audience } from '../../src/sandbox/mailchimp/index.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

/** Profiles through the pipeline, delivery's own gate and the real SDK to a sandbox that keeps Mailchimp's limit of ten requests at once. */
const database = testDatabase();
const clock = new TestClock();
const everybody = 10_000;
const list = `/3.0/lists/${audience}`;
let sandbox: RunningSandbox;
let core: Core;

beforeAll(async () => {
  sandbox = await startSandbox(createMailchimpEmulator, { port: 0 });
  core = await startCore(database.url, clock);
  await core.connect({
    key: 'mailchimp',
    provider: 'mailchimp',
    title: 'Mailchimp',
    settings: { baseUrl: sandbox.origin, apiKey: 'sandbox-us1', audienceId: audience },
    mapping: {
      object: 'member',
      key: { from: 'email', to: 'email_address' },
      fields: [{ from: 'firstName', to: 'FNAME' }],
    },
  });
  await control('limits', { enabled: true });
  await control('clock', { now: clock.now().toISOString() });
});
afterAll(async () => {
  await core.close();
  await sandbox.close();
});

const control = (path: string, body: object) =>
  fetch(`${sandbox.origin}/_sandbox/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const isBad = (index: number): boolean => index % 500 === 250;
const addressOf = (index: number): string =>
  isBad(index) ? `p${String(index)}@example.com` : `p${String(index)}@chat.test`;

const say = (indexes: readonly number[], firstName: string) =>
  core.submit(
    ...indexes.map((index) => {
      const address = addressOf(index);
      return incoming(`p${String(index)}`, {
        identities: [subscriber(`p${String(index)}`), email(address)],
        attributes: [attribute('email', address), attribute('firstName', firstName)],
        consents: [{ purpose: 'email', status: 'granted', evidence: 'optin_email: true', field: 'optin_email' }],
      });
    }),
  );

/** What was called, query and ids left out, and how many calls were refused for being too many at once. */
async function deliver(): Promise<{ calls: readonly string[]; refused: number }> {
  const before = sandbox.journal.count;
  clock.forward(15_000);
  await control('clock', { now: clock.now().toISOString() });
  await core.delivery.drain('mailchimp');
  const entries = sandbox.journal.entries().filter(({ number }) => number > before);
  const calls = entries.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '').replace(list, 'list')}`);
  return { calls, refused: entries.filter(({ status }) => status === 429).length };
}

const outcomes = async () =>
  database.dataSource.query<{ outcome: string; count: number }[]>(
    'SELECT outcome, count(*)::int AS count FROM sync_marks GROUP BY outcome ORDER BY outcome',
  );
const answered = z.object({
  total_items: z.number().optional(),
  merge_fields: z.record(z.string(), z.unknown()).optional(),
});
const get = async (path: string) => {
  const headers = { authorization: 'Bearer sandbox-us1' };
  const answer = await fetch(`${sandbox.origin}${list}/members${path}`, { headers });
  return answered.parse(await answer.json());
};

const everybodyArrived = [
  { outcome: 'delivered', count: everybody - 20 },
  { outcome: 'rejected', count: 20 },
];
const firstName = async (index: number): Promise<unknown> => {
  const answer = await get(`/${addressOf(index)}`);
  return answer.merge_fields?.FNAME;
};

it('ten thousand profiles with twenty bad ones arrive in one bulk job, and four thousand changes in batches, none lost and never more than ten calls at once', async () => {
  const all = Array.from({ length: everybody }, (_, index) => index);
  await say(all, 'Ada');
  const arrival = await deliver();
  expect(arrival.refused).toBe(0);
  expect(await outcomes()).toEqual(everybodyArrived);
  expect((await get('?status=subscribed')).total_items).toBe(everybody - 20);
  expect(arrival.calls.filter((call) => call.startsWith('POST'))).toEqual(['POST /3.0/batches']);
  // The audience, its fields, who was archived, and the job: asked about until it is done, and its results.
  expect(arrival.calls.length).toBeLessThan(15);

  await say(
    all.filter((index) => index < 4_000 && !isBad(index)),
    'Grace',
  );
  const change = await deliver();
  expect(change.refused).toBe(0);
  expect(await outcomes()).toEqual(everybodyArrived);
  expect(change.calls.filter((call) => call === 'POST list')).toHaveLength(8);
  // Three looks at most before each batch; batches that begin together share them.
  expect(change.calls.length).toBeLessThanOrEqual(8 + 8 * 3);
  expect([await firstName(3_999), await firstName(4_000)]).toEqual(['Grace', 'Ada']);
}, 120_000);
