import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LateAnswers } from '../../src/sources/late-answers.service.js';
import { testDatabase } from '../support/database.js';
import { type ParleyHere, startParleyHere } from '../support/parley.js';
import { eventually } from '../support/service.js';
import { callHook, lastRequests, makeSource } from './test-support.js';

const database = testDatabase();
let parley: ParleyHere;

beforeAll(async () => {
  parley = await startParleyHere(database.url);
  await makeSource(parley, 'block', 'manychat', { reply: 'dynamic_block', channel: 'whatsapp', replyWithinMs: 200 });
});
afterAll(() => parley.close());

const contact = (plan: string) => ({ id: '1600000001', key: 'user:1600000001', custom_fields: { plan } });
const planNow = async () =>
  (await database.dataSource.query<{ plan: string }[]>(`SELECT attributes->>'plan' AS plan FROM profiles`))[0]?.plan;

describe('a pipeline that cannot answer in time', () => {
  it('lets the platform have a neutral answer in time, keeps the request first, and processes it after all', async () => {
    await callHook(parley, 'block', contact('free'));
    const blocker = database.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query(`SELECT 1 FROM profiles FOR UPDATE`);

    const startedMs = performance.now();
    const answer = await callHook(parley, 'block', contact('pro'));
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(answer).toEqual({
      status: 200,
      body: { version: 'v2', content: { type: 'whatsapp', messages: [], actions: [], quick_replies: [] } },
    });
    expect(await lastRequests(parley, 'block')).toContainEqual(
      expect.objectContaining({ outcome: 'late', status: 200, events: [expect.objectContaining({ profileId: null })] }),
    );
    expect(await planNow()).toBe('free');

    await blocker.commitTransaction();
    await blocker.release();
    expect(await eventually(planNow, (plan) => plan === 'pro')).toBe('pro');
    const settled = await eventually(
      () => lastRequests(parley, 'block'),
      (requests) => requests.every(({ outcome }) => outcome !== 'late'),
    );
    expect(settled[0]).toMatchObject({ outcome: 'processed_late', events: [{ applied: true }] });
  });

  it('loses nothing when the process that answered is gone: another one processes what it left, once', async () => {
    await database.dataSource.query(
      `INSERT INTO source_requests (id, source, received_at, outcome, took_ms, method, remote_address, query, headers, body, cut, events, left_out)
       VALUES (gen_random_uuid(), 'block', now() - interval '10 minutes', 'late', 0, 'POST', '', '{}', '{}', $1, false, '[]', '[]')`,
      [
        JSON.stringify({
          data: { ...contact('team'), id: '1600000002', key: 'user:1600000002' },
          event: 'left_behind',
        }),
      ],
    );
    await parley.get(LateAnswers).resume(300_000);
    await parley.get(LateAnswers).resume(300_000);
    const [event, ...others] = await database.dataSource.query<{ age: number }[]>(
      `SELECT extract(epoch FROM now() - occurred_at)::int AS age FROM events WHERE name = 'left_behind'`,
    );
    expect(others).toEqual([]);
    expect(event!.age).toBeGreaterThanOrEqual(600);
    expect((await lastRequests(parley, 'block')).filter(({ outcome }) => outcome === 'late')).toEqual([]);
  });
});
