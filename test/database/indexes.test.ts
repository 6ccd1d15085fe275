import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetters } from '../../src/delivery/dead-letters.service.js';
import { DeliveryLog } from '../../src/delivery/delivery-log.repository.js';
import { SyncMarks } from '../../src/delivery/sync-marks.repository.js';
import { Events } from '../../src/events/events.repository.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

const database = testDatabase();
const clock = new TestClock();
const people = 60_000;
let core: Core;

/** The n-th of the generated people. */
const idOf = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const generatedId = `('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;

const generate = [
  `INSERT INTO profiles (id, version, created_at, updated_at, last_event_at) SELECT ${generatedId}, 1, now(), now(), now() FROM generate_series(1, ${people}) n`,
  `INSERT INTO identities SELECT 'subscriber', 'bot/contact', 'known-' || n, ${generatedId}, now() FROM generate_series(1, ${people}) n`,
  `INSERT INTO event_keys SELECT 'bot', 'key-' || n, ${generatedId}, now(), now() + interval '1 day' FROM generate_series(1, ${people}) n`,
  `INSERT INTO sync_marks (destination, profile_id, wanted_version, due_at)
   SELECT 'hubspot', ${generatedId}, 1, CASE WHEN n % 50 = 0 THEN now() - interval '1 hour' END FROM generate_series(1, ${people}) n`,
  `INSERT INTO remote_records (destination, profile_id, key, remote_id, fields, delivered_version, mapping_version, delivery_id, delivered_at)
   SELECT 'hubspot', ${generatedId}, 'k' || n, n::text, '{}', 1, 1, ${generatedId}, now() FROM generate_series(1, ${people}) n`,
  `INSERT INTO events (id, received_at, occurred_at, source, kind, name, profile_id, data, raw)
   SELECT gen_random_uuid(), now(), now(), 'bot', 'message_in', 'message', ${generatedId}, '{}', '' FROM generate_series(1, ${people}) n`,
  'ANALYZE',
];

beforeAll(async () => {
  core = await startCore(database.url, clock);
  for (const statement of generate) await database.dataSource.query(statement);
});
afterAll(() => core.close());

/** Rows read one after the other, per table, while `work` ran, as PostgreSQL counts them. */
async function scanned(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const counts = async () => {
    await database.dataSource.query('SELECT pg_stat_force_next_flush()');
    const rows = await database.dataSource.query<{ name: string; read: string }[]>(
      `SELECT relname AS name, seq_tup_read AS read FROM pg_stat_user_tables`,
    );
    return new Map(rows.map(({ name, read }) => [name, Number(read)]));
  };
  await flushed();
  const before = await counts();
  await work();
  await flushed();
  const after = await counts();
  return Object.fromEntries(
    [...after]
      .map(([name, read]) => [name, read - (before.get(name) ?? 0)] as const)
      .filter(([, read]) => read > 1_000),
  );
}

/** Every connection of the service says what it has counted so far. */
async function flushed(): Promise<void> {
  const pool = core.get(DataSource);
  await Promise.all(Array.from({ length: 12 }, () => pool.query('SELECT pg_stat_force_next_flush(), pg_sleep(0.02)')));
}

describe('with 60,000 people, no table is read from end to end', () => {
  it('by the pipeline: keys, owners, locks, merges, marks', async () => {
    const work = () =>
      core.submit(
        incoming('known-7', { dedupe: { key: 'key-7', windowMs: null } }),
        incoming('known-8', { attributes: [attribute('email', 'eight@b.co')] }),
        incoming('known-9', { identities: [subscriber('known-9'), email('nine@b.co')] }),
        incoming('known-10', { identities: [subscriber('known-10'), subscriber('known-11')] }),
        incoming('stranger'),
      );
    expect(await scanned(work)).toEqual({});
  });

  it('by delivery: claiming, what is held, when the next is due', async () => {
    const marks = core.get(SyncMarks);
    const work = async () => {
      const claimed = await marks.claim('hubspot', new Date(), idOf(1), 100);
      expect(claimed).toHaveLength(100);
      await marks.nextDue('hubspot');
      await marks.makeDue('hubspot', [idOf(3), idOf(4)], new Date());
      await marks.dueDestinations(new Date());
    };
    expect(await scanned(work)).toEqual({});
  });

  it('by whoever looks at one person', async () => {
    const work = async () => {
      await new Events(core.get(DataSource)).ofProfile(idOf(5), 20, null);
      await core.get(DeliveryLog).syncStates(idOf(5));
      await core.get(DeadLetters).list({ profileId: idOf(5) }, 20, null);
    };
    expect(await scanned(work)).toEqual({});
  });
});
