import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventPartitions } from '../../src/events/event-partitions.service.js';
import { Events } from '../../src/events/events.repository.js';
import { ContactPolicies } from '../../src/triggers/contact-policies.service.js';
import { type Core, incoming, startCore, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

const database = testDatabase();
const clock = new TestClock('2026-12-31T23:59:00.000Z');
let core: Core;

beforeAll(async () => {
  core = await startCore(database.url, clock);
});
afterAll(() => core.close());

const partitionsOf = async (value: string): Promise<string[]> => {
  const rows = await database.dataSource.query<{ partition: string }[]>(
    `SELECT e.tableoid::regclass::text AS partition FROM events e JOIN identities i USING (profile_id) WHERE i.value = $1 ORDER BY e.id`,
    [value],
  );
  return rows.map(({ partition }) => partition);
};

it('keeps the events of each month in a partition of its own, made before the month begins', async () => {
  const partitions = new EventPartitions(database.dataSource, clock.now);
  await partitions.ensure();
  await partitions.ensure();
  await core.submit(incoming('reveller'));
  clock.forward(60_000);
  await core.submit(incoming('reveller'));
  expect(await partitionsOf('reveller')).toEqual(['events_2026_12', 'events_2027_01']);
});

it('loses nothing of a month whose partition was not made in time', async () => {
  clock.forward(200 * 86_400_000);
  await core.submit(incoming('early bird'));
  await new EventPartitions(database.dataSource, clock.now).ensure();
  await core.submit(incoming('early bird'));
  expect(await partitionsOf('early bird')).toEqual(['events_default', 'events_default']);
});

it('forgets dedupe keys only when their window has passed', async () => {
  const said = (key: string, windowMs: number | null) => incoming('forgetful', { dedupe: { key, windowMs } });
  await core.submit(said('short', 1_000), said('long', null));
  clock.forward(1_001);
  await new Events(database.dataSource).forgetKeys(clock.now());
  const keys = await database.dataSource.query<{ key: string }[]>(
    `SELECT key FROM event_keys WHERE key IN ('short', 'long')`,
  );
  expect(keys).toEqual([{ key: 'long' }]);
});

it('forgets whom triggers have reached only when no cap can count it any more', async () => {
  const dayMs = 86_400_000;
  await database.dataSource.query(
    `INSERT INTO touches SELECT gen_random_uuid(), gen_random_uuid(), channel, 'test', at
      FROM unnest($1::text[], $2::timestamptz[]) AS t (channel, at)`,
    [['counts', 'is past'], [366, 368].map((days) => new Date(clock.now().getTime() - days * dayMs))],
  );
  await core.get(ContactPolicies).forgetTouches();
  expect(await database.dataSource.query(`SELECT channel FROM touches`)).toEqual([{ channel: 'counts' }]);
});
