import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDataSource } from '../../config/data-source.js';
import { DeadLetters } from '../../src/delivery/dead-letters.service.js';
import { EventRejectedError, PipelineUnavailableError } from '../../src/pipeline/pipeline-errors.js';
import { attribute, type Core, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

const database = testDatabase();
const clock = new TestClock();
let core: Core;

beforeAll(async () => {
  core = await startCore(database.url, clock);
});
afterAll(() => core.close());

const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  database.dataSource.query<Row[]>(sql, [...values]);
const countProfilesOf = async (value: string): Promise<number> =>
  (await rows(`SELECT DISTINCT profile_id FROM identities WHERE value = $1`, [value])).length;

describe('an event that no stage can digest', () => {
  const nul = '\u0000';

  it('becomes a dead letter, while all its neighbours are committed', async () => {
    const events = Array.from({ length: 100 }, (_unused, n) =>
      incoming(`neighbour-${String(n)}`, { attributes: [attribute('plan', n === 37 ? `bad${nul}` : 'good')] }),
    );
    const settled = await Promise.allSettled(
      events.map((event) => core.pipeline.submit({ source: 'bot', incoming: event, raw: '' })),
    );
    const refused = settled.filter((each) => each.status === 'rejected').map(({ reason }) => reason as unknown);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toBeInstanceOf(EventRejectedError);
    expect(settled.findIndex(({ status }) => status === 'rejected')).toBe(37);
    const [stored] = await rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM identities WHERE value LIKE 'neighbour-%'`,
    );
    expect(stored?.count).toBe(99);
    const letter = refused[0] instanceof EventRejectedError ? refused[0].deadLetterId : '';
    expect(await core.get(DeadLetters).list({ ids: [letter] }, 10, null)).toMatchObject([
      { kind: 'event', origin: 'bot', cause: 'UNPROCESSABLE_EVENT', occurrences: 1, resolved_at: null },
    ]);
  });

  it('is the same letter when it comes again, and leaves no trace besides', async () => {
    const event = incoming('poison', { text: `half ${nul}` });
    for (const times of [1, 2]) {
      await expect(core.submit(event)).rejects.toBeInstanceOf(EventRejectedError);
      const letters = await rows(`SELECT occurrences FROM dead_letters WHERE subject = $1`, [event.dedupe.key]);
      expect(letters).toEqual([{ occurrences: times }]);
    }
    expect(await countProfilesOf('poison')).toBe(0);
    expect(await rows(`SELECT 1 FROM event_keys WHERE key = $1`, [event.dedupe.key])).toEqual([]);
  });

  it.each([
    ['half a surrogate pair', 'cut off: \ud83d'],
    ['what only looks like an escape', `\\u0000 ${nul}`],
    ['NUL', nul],
  ])('is kept, whatever its text holds: %s', async (_what, text) => {
    const event = incoming('odd', { text, name: `message${nul}` });
    await expect(core.submit(event)).rejects.toBeInstanceOf(EventRejectedError);
    expect(await rows(`SELECT 1 AS one FROM dead_letters WHERE subject = $1`, [event.dedupe.key])).toEqual([
      { one: 1 },
    ]);
  });
});

describe('PostgreSQL', () => {
  const nothingOf = async (name: string) => {
    expect(await countProfilesOf(name)).toBe(0);
    expect(await rows(`SELECT 1 FROM event_keys WHERE key = $1`, [name])).toEqual([]);
    expect(await rows(`SELECT 1 FROM events WHERE data->>'text' = $1`, [name])).toEqual([]);
  };
  const said = (name: string) =>
    incoming(name, {
      text: name,
      dedupe: { key: name, windowMs: null },
      identities: [subscriber('locked'), subscriber(name)],
    });

  it('going away in the middle of a batch leaves nothing half-written, and the caller knows to come again', async () => {
    await core.submit(incoming('locked'));
    const lock = database.dataSource.createQueryRunner();
    await lock.query('BEGIN');
    await lock.query(
      `SELECT 1 FROM profiles WHERE id = (SELECT profile_id FROM identities WHERE value = 'locked') FOR UPDATE`,
    );
    const refused = expect(core.submit(said('interrupted'))).rejects.toBeInstanceOf(PipelineUnavailableError);
    await expect
      .poll(
        () =>
          rows(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          ),
        { timeout: 20_000 },
      )
      .toHaveLength(1);
    await refused;
    await lock.query('ROLLBACK');
    await lock.release();
    await nothingOf('interrupted');
    expect((await core.submit(said('interrupted')))[0]?.applied).toBe(true);
  });

  it('letting nobody in makes no dead letters', async () => {
    const [{ name } = { name: '' }] = await rows<{ name: string }>('SELECT current_database() AS name');
    const letters = await rows(`SELECT 1 FROM dead_letters`);
    const admin = createDataSource(inject('databaseServerUrl'), 1);
    await admin.initialize();
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    try {
      await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
      const settled = await Promise.allSettled(['a', 'b', 'c'].map((each) => core.submit(said(`shut-out-${each}`))));
      for (const each of settled)
        expect(each).toMatchObject({ status: 'rejected', reason: { name: 'PipelineUnavailableError' } });
    } finally {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await admin.destroy();
    }
    // The pool still notices connection by connection that its own were cut.
    await expect
      .poll(() =>
        rows(`SELECT 1 FROM dead_letters`).then(
          ({ length }) => length,
          () => 'cut',
        ),
      )
      .toBe(letters.length);
    await nothingOf('shut-out-a');
    expect((await core.submit(said('shut-out-a')))[0]?.applied).toBe(true);
  });
});
