import { expect, it } from 'vitest';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import { mailchimp } from './definition.js';
import { known, limitedGate, list, record, rehearse, text } from './test-support.js';

const everybody = 10_000;
const { batchSize, parallelCalls } = mailchimp.limits(mailchimp.settings.parse({ apiKey: 'x-us1', audienceId: 'a' }));
const isBad = (index: number): boolean => index % 500 === 250;
const people = Array.from({ length: everybody }, (_, index) =>
  record(isBad(index) ? `bad${String(index)}@example.com` : `p${String(index)}@chat.test`),
);

async function underLimits() {
  const gate = limitedGate(parallelCalls);
  const sandbox = await rehearse({ call: gate.call });
  await sandbox.send('PUT', '/_sandbox/limits', { enabled: true });
  /** Batch after batch as delivery hands them over, several at once. */
  const upsertAll = async (records: readonly OutgoingRecord[]): Promise<readonly RecordResult[]> => {
    const starts = Array.from({ length: Math.ceil(records.length / batchSize) }, (_, index) => index * batchSize);
    const results = await Promise.all(starts.map((from) => sandbox.upsert(...records.slice(from, from + batchSize))));
    return results.flat();
  };
  const refusals = () => sandbox.entries().filter(({ status }) => status === 429);
  return { ...sandbox, gate, upsertAll, refusals };
}

const delivered = (results: readonly RecordResult[]) => results.filter(({ status }) => status === 'delivered');

it('ten thousand people, twenty of them bad, arrive and change in no more calls than needed, never more than ten at once', async () => {
  const { upsertAll, send, calls, gate, refusals, startCounting, member, optOut } = await underLimits();
  const arrived = await upsertAll(people);
  expect(delivered(arrived)).toHaveLength(everybody - 20);
  expect(arrived.filter((result) => result.status === 'failed' && result.error.kind === 'rejected')).toHaveLength(20);
  expect(calls().filter((call) => call === `POST ${list}`)).toHaveLength(20);
  const questions = calls().filter((call) => call.startsWith('GET'));
  expect(questions.sort()).toEqual([`GET ${list}`, `GET ${list}/members`, `GET ${list}/merge-fields`]);
  expect(await send('GET', `${list}/members?count=1&fields=total_items`)).toEqual({ total_items: everybody - 20 });

  await optOut('p7@chat.test');
  startCounting();
  const created = new Map(arrived.map((result) => [result.profileId, result]));
  const changed = { FNAME: text('Grace') };
  const update = people.flatMap((person) => {
    const result = created.get(person.profileId);
    return result?.status === 'delivered' ? [{ ...person, ...known(result), fields: changed, changed }] : [];
  });
  expect(delivered(await upsertAll(update))).toHaveLength(everybody - 21);
  expect(calls().filter((call) => call === `POST ${list}`)).toHaveLength(20);
  // Each batch of members is preceded by a fresh look at the three lists of who has left; batches that begin together share it.
  expect(calls().length).toBeLessThanOrEqual(20 * 3 + 1);
  expect(await member('p9999@chat.test')).toMatchObject({ merge_fields: { FNAME: 'Grace' } });
  expect(await member('p7@chat.test')).toMatchObject({ status: 'unsubscribed', merge_fields: { FNAME: 'Ada' } });
  expect([gate.most() <= 10, refusals()]).toEqual([true, []]);
});
