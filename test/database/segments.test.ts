import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { MappingDirectory } from '../../src/mapping/mapping-directory.service.js';
import { Profiles } from '../../src/profiles/profiles.repository.js';
import { Backfill } from '../../src/recalculation/backfill.service.js';
import { Percentiles } from '../../src/recalculation/percentiles.service.js';
import { Rechecks } from '../../src/recalculation/rechecks.service.js';
import { SegmentBulk } from '../../src/segments/segment-bulk.repository.js';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { segmentInput } from '../../src/segments/segment-input.js';
import { Segments } from '../../src/segments/segments.service.js';
import { testDatabase } from '../support/database.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';

const database = testDatabase();
const clock = new TestClock();
const running: { core?: Core } = {};
const core = (): Core => {
  if (running.core === undefined) throw new Error('only while tests run');
  return running.core;
};
const minute = 60_000;
const day = 24 * 60 * minute;

beforeAll(async () => {
  running.core = await startCore(database.url, clock);
});
beforeEach(async () => {
  await rows(`TRUNCATE profiles, identities, events, event_keys, segments, segment_memberships, segment_rechecks, segment_backfills,
    segment_percentiles, sync_marks`);
  await core().get(SegmentDirectory).onModuleInit();
});
afterAll(async () => running.core?.close());

const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  database.dataSource.query<Row[]>(sql, [...values]);

/** Makes or changes segments as the API would, without bringing the rule to those who are there already. */
async function define(rules: Readonly<Record<string, object>>): Promise<void> {
  const inputs = Object.entries(rules).map(([key, rule]) =>
    segmentInput.parse({ key, title: key, rule: { version: 1, ...rule } }),
  );
  await database.dataSource.transaction((manager) => core().get(Segments).save(manager, inputs, 'api'));
  await core().get(SegmentDirectory).onModuleInit();
}

async function backfill(): Promise<void> {
  clock.forward(3_000);
  await core().get(Backfill).run();
}

const say = async (name: string, said: Readonly<Record<string, string>> = {}, event = 'message') => {
  const [decision] = await core().submit(
    incoming(name, {
      name: event,
      kind: event === 'message' ? 'message_in' : 'business_event',
      attributes: Object.entries(said).map(([key, value]) => attribute(key, value)),
    }),
  );
  return { id: decision?.profileId ?? '', segments: decision?.segments ?? [] };
};
const stays = (id: string) =>
  rows<{ segment: string; entered_by: string; left_by: string | null; entered_at: Date; left_at: Date | null }>(
    `SELECT segment, entered_by, left_by, entered_at, left_at FROM segment_memberships WHERE profile_id = $1 ORDER BY entered_at, segment`,
    [id],
  );
const cart = {
  all: [
    {
      sequence: { names: ['cart'] },
      within: { last: { days: 7 } },
      then: 'stillNot',
      events: { names: ['order'] },
      after: { hours: 24 },
    },
  ],
};
const fires = async (): Promise<void> => core().get(Rechecks).run();

describe('a segment', () => {
  it('is known in the answer to the message that decides it, and left again in the answer to the next one', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    expect((await say('ada', { country: 'Peru' })).segments).toEqual(['peru']);
    const { id, segments } = await say('ada', { country: 'Chile' });
    expect(segments).toEqual([]);
    expect(await stays(id)).toMatchObject([{ segment: 'peru', entered_by: 'event', left_by: 'event' }]);
  });

  it('may ask for other segments, which are decided before it', async () => {
    await define({
      a: { all: [{ segment: 'b', operator: 'in' }] },
      b: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] },
      c: { none: [{ segment: 'a', operator: 'in' }] },
    });
    expect((await say('ada', { country: 'Peru' })).segments).toEqual(['a', 'b']);
    expect((await say('ada', { country: 'Chile' })).segments).toEqual(['c']);
  });

  it('counts the events of the very batch that is decided', async () => {
    await define({
      talker: { all: [{ events: { names: ['message'] }, measure: 'count', operator: 'atLeast', value: 3 }] },
    });
    expect((await say('ada')).segments).toEqual([]);
    await say('ada');
    expect((await say('ada')).segments).toEqual(['talker']);
  });

  it('is not asked about what it does not look at', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const { id } = await say('ada', { country: 'Peru' });
    const before = await rows('SELECT version FROM profiles WHERE id = $1', [id]);
    await say('ada', { city: 'Lima' });
    expect(await stays(id)).toHaveLength(1);
    expect(before).toEqual([{ version: 1 }]);
  });

  it('about days works for an attribute that nobody had heard of, whichever kind of moment then arrives', async () => {
    await define({ soon: { all: [{ attribute: 'dueNow', operator: 'inNext', value: { days: 7 } }] } });
    const value = new Date(clock.now().getTime() + day).toISOString();
    const due = { key: 'dueNow', label: 'dueNow', type: 'datetime', value } as const;
    const [first] = await core().submit(incoming('ada', { attributes: [due] }));
    expect(first?.segments).toEqual(['soon']);
    const [second] = await core().submit(incoming('eve', { attributes: [due] }));
    expect(second?.segments).toEqual(['soon']);
  });

  it('is kept, with many others, by whoever says something that none of them looks at', async () => {
    const keys = Array.from({ length: 30 }, (_unused, n) => `s${String(n).padStart(2, '0')}`);
    await define(Object.fromEntries(keys.map((key) => [key, { all: [{ attribute: 'country', operator: 'known' }] }])));
    const { id } = await say('ada', { country: 'Peru' });
    expect((await say('ada', { city: 'Lima' })).segments).toEqual(keys);
    const [stored] = await rows<{ version: number; city: string; segments: object }>(
      `SELECT version, attributes ->> 'city' AS city, segments FROM profiles WHERE id = $1`,
      [id],
    );
    expect(stored).toMatchObject({ version: 2, city: 'Lima' });
    expect(Object.keys(stored?.segments ?? {}).sort()).toEqual(keys);
  });

  it('that asks for itself in a circle is refused', async () => {
    await expect(
      define({ a: { all: [{ segment: 'b', operator: 'in' }] }, b: { all: [{ segment: 'a', operator: 'in' }] } }),
    ).rejects.toMatchObject({ status: 422 });
  });
});

describe('time', () => {
  it('makes somebody enter at the very moment, with nothing but the clock', async () => {
    await define({ abandoned: cart });
    await backfill();
    const { id, segments } = await say('ada', {}, 'cart');
    expect(segments).toEqual([]);
    const began = clock.now().getTime();
    clock.forward(day - 1);
    await fires();
    expect(await stays(id)).toEqual([]);
    clock.forward(1);
    await fires();
    expect(await stays(id)).toMatchObject([
      { segment: 'abandoned', entered_by: 'clock', entered_at: new Date(began + day), left_at: null },
    ]);
  });

  it('makes nobody enter who did it in time', async () => {
    await define({ abandoned: cart });
    await backfill();
    const { id } = await say('ada', {}, 'cart');
    clock.forward(minute);
    await say('ada', {}, 'order');
    clock.forward(2 * day);
    await fires();
    expect(await stays(id)).toEqual([]);
  });

  it('that was slept through is put down to the moment at which it was due', async () => {
    await define({ abandoned: cart });
    await backfill();
    const { id } = await say('ada', {}, 'cart');
    const began = clock.now().getTime();
    clock.forward(3 * day);
    await fires();
    expect(await stays(id)).toMatchObject([{ entered_at: new Date(began + day), left_at: null }]);
    clock.forward(5 * day);
    await fires();
    expect(await stays(id)).toMatchObject([{ left_by: 'clock', left_at: new Date(began + 7 * day) }]);
    expect(await rows('SELECT 1 FROM segment_rechecks')).toEqual([]);
  });

  it('does not find anybody who was forgotten or became somebody else meanwhile', async () => {
    await define({ abandoned: cart });
    await backfill();
    const { id } = await say('ada', {}, 'cart');
    await rows('DELETE FROM profiles WHERE id = $1', [id]);
    clock.forward(day);
    await fires();
    expect(await stays(id)).toEqual([]);
  });

  it('that makes somebody be asked about a new rule as well did not make them fit it', async () => {
    await define({ abandoned: cart });
    await backfill();
    const { id } = await say('ada', {}, 'cart');
    clock.forward(day - minute);
    await define({
      quiet: {
        all: [
          {
            events: { names: ['cart'] },
            within: { last: { hours: 1 } },
            measure: 'count',
            operator: 'equals',
            value: 0,
          },
        ],
      },
    });
    clock.forward(minute);
    await fires();
    expect(await stays(id)).toMatchObject([
      { segment: 'abandoned', entered_by: 'clock' },
      { segment: 'quiet', entered_by: 'backfill' },
    ]);
  });
});

describe('two people who turn out to be one', () => {
  it('have been in a segment since the first of them was', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const first = await say('ada', { country: 'Peru' });
    const since = clock.now();
    clock.forward(minute);
    await say('ada@web', { country: 'Peru' });
    clock.forward(minute);
    const both = [email('ada@example.com')];
    await core().submit(incoming('ada', { identities: [subscriber('ada'), ...both] }));
    const [merged] = await core().submit(incoming('ada@web', { identities: [subscriber('ada@web'), ...both] }));
    expect(merged?.segments).toEqual(['peru']);
    const open = (await stays(merged?.profileId ?? '')).filter(({ left_at }) => left_at === null);
    expect(open).toMatchObject([{ segment: 'peru', entered_at: since }]);
    expect(first.id).toBeTruthy();
  });

  it('are in it once, also when two of three had entered together and the one who remains had not', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const oldest = await say('ada', { city: 'Lima' });
    clock.forward(minute);
    await Promise.all([say('ada@web', { country: 'Peru' }), say('ada@app', { country: 'Peru' })]);
    const since = clock.now();
    clock.forward(minute);
    const all = ['ada', 'ada@web', 'ada@app'].map(subscriber);
    const [merged] = await core().submit(incoming('ada', { identities: all }));
    expect(merged).toMatchObject({ profileId: oldest.id, segments: ['peru'] });
    expect(await stays(oldest.id)).toMatchObject([{ segment: 'peru', entered_at: since, left_at: null }]);
    expect(await rows('SELECT count(*)::int AS count FROM segment_memberships')).toEqual([{ count: 1 }]);
  });
});

describe('a rule that is new or changed', () => {
  it('is brought to everybody, and those entries are marked', async () => {
    const people = await Promise.all(
      ['a', 'b', 'c'].map((name) => say(name, { country: name === 'c' ? 'Chile' : 'Peru' })),
    );
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    await backfill();
    const found = await rows<{ profile_id: string; entered_by: string }>(
      'SELECT profile_id, entered_by FROM segment_memberships',
    );
    expect(found.map(({ profile_id }) => profile_id).sort()).toEqual(
      people
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
    );
    expect(found.every(({ entered_by }) => entered_by === 'backfill')).toBe(true);
    expect(await rows('SELECT state, entered, left_count FROM segment_backfills')).toEqual([
      { state: 'done', entered: '2', left_count: '0' },
    ]);
  });

  it('lets those go who do not fit it any more, also when it is deleted', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const { id } = await say('a', { country: 'Peru' });
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Chile' }] } });
    await backfill();
    expect(await stays(id)).toMatchObject([{ left_by: 'backfill' }]);
    await say('a', { country: 'Chile' });
    await database.dataSource.transaction((manager) => core().get(Segments).delete(manager, 'peru'));
    await core().get(SegmentDirectory).onModuleInit();
    await backfill();
    expect((await stays(id)).map(({ left_by }) => left_by)).toEqual(['backfill', 'backfill']);
    expect(await rows('SELECT segments FROM profiles')).toEqual([{ segments: {} }]);
  });

  it('finds out when time will change an answer, also of people who say nothing any more', async () => {
    const { id } = await say('ada', {}, 'cart');
    const began = clock.now().getTime();
    await define({ abandoned: cart });
    await backfill();
    clock.forward(day);
    await fires();
    expect(await stays(id)).toMatchObject([{ entered_by: 'clock', entered_at: new Date(began + day) }]);
  });

  it('is taken up where a process died, when that has shown no sign of life for a while', async () => {
    const people = await Promise.all(['a', 'b', 'c', 'd'].map((name) => say(name, { country: 'Peru' })));
    const ids = people.map(({ id }) => id).sort();
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    await rows(
      `UPDATE segment_backfills SET state = 'running', cursor = $1, done = 2, worker = gen_random_uuid(), worker_until = $2`,
      [ids[1], new Date(clock.now().getTime() + 15_000)],
    );
    await backfill();
    expect(await rows('SELECT 1 FROM segment_memberships')).toEqual([]);
    clock.forward(15_000);
    await backfill();
    const found = await rows<{ profile_id: string }>('SELECT profile_id FROM segment_memberships ORDER BY profile_id');
    expect(found.map(({ profile_id }) => profile_id)).toEqual(ids.slice(2));
    expect(await rows('SELECT state, done FROM segment_backfills')).toEqual([{ state: 'done', done: '4' }]);
  });

  it('is right in the end for whoever speaks meanwhile', async () => {
    const names = Array.from({ length: 40 }, (_unused, index) => `p${String(index)}`);
    await Promise.all(names.map((name) => say(name, { country: 'Chile' })));
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    await Promise.all([
      backfill(),
      ...names.map((name, index) => say(name, { country: index % 2 === 0 ? 'Peru' : 'Cuba' })),
    ]);
    expect(
      await rows(
        `SELECT count(*)::int AS count FROM profiles WHERE (segments ? 'peru') <> (attributes ->> 'country' = 'Peru')`,
      ),
    ).toEqual([{ count: 0 }]);
    expect(await rows(`SELECT count(*)::int AS count FROM segment_memberships WHERE left_at IS NULL`)).toEqual([
      { count: 20 },
    ]);
  });
});

describe('a backfill in bulk', () => {
  const peru = { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] };
  const bulk = async (entering: string[], leaving: string[] = []) => {
    const condition = `p.attributes ->> 'country' = 'Peru'`;
    return core()
      .get(SegmentBulk)
      .apply(
        { segment: 'peru', version: 1, entering, leaving, condition: () => condition, looksAtEvents: false },
        clock.now(),
      );
  };

  it('lets in and out only whom the rule still fits when they are locked, and nobody twice', async () => {
    await define({ peru });
    const [inPeru, inChile] = [await say('a', { country: 'Peru' }), await say('b', { country: 'Chile' })];
    expect(await bulk([inPeru.id, inChile.id], [inPeru.id, inChile.id])).toEqual({ entered: 0, left: 0 });
    expect(await stays(inPeru.id)).toHaveLength(1);
    expect(await stays(inChile.id)).toEqual([]);
  });

  it('leaves the profile one version further, and what was in memory of it is not believed any more', async () => {
    const { id } = await say('a', { country: 'Peru' });
    await define({ peru });
    await backfill();
    expect(await rows('SELECT version, segments FROM profiles')).toMatchObject([
      { version: 2, segments: { peru: expect.any(Number) as number } },
    ]);
    const { segments } = await say('a', { city: 'Lima' });
    expect(segments).toEqual(['peru']);
    expect(await rows('SELECT version FROM profiles WHERE id = $1', [id])).toEqual([{ version: 3 }]);
  });

  it('is not done where another segment follows from it', async () => {
    const { id } = await say('a', { country: 'Peru' });
    await define({ peru, south: { all: [{ segment: 'peru', operator: 'in' }] } });
    await backfill();
    expect((await stays(id)).map(({ segment, entered_by }) => [segment, entered_by])).toEqual([
      ['peru', 'backfill'],
      ['south', 'backfill'],
    ]);
  });

  it('is not done where a mapping sends the segment: its destination is told of everybody', async () => {
    await core().connect({
      key: 'hubspot',
      provider: 'hubspot',
      title: 'HubSpot',
      settings: { accessToken: 'pat-eu1-sandbox', baseUrl: 'http://127.0.0.1:1' },
      mapping: {
        object: 'contacts',
        key: { from: 'email', to: 'email' },
        fields: [{ from: { segment: 'peru' }, to: 'in_peru' }],
      },
    });
    onTestFinished(async () => {
      await rows('DELETE FROM mappings');
      await rows('DELETE FROM destinations');
      await core().get(MappingDirectory).onModuleInit();
    });
    const { id } = await say('a', { country: 'Peru' });
    await rows('TRUNCATE sync_marks');
    await define({ peru });
    await backfill();
    expect(await rows('SELECT destination, profile_id, wanted_version FROM sync_marks')).toEqual([
      { destination: 'hubspot', profile_id: id, wanted_version: 2 },
    ]);
  });
});

describe('many rules that are new', () => {
  it('are brought to everybody in one walk, and each stands as done', async () => {
    const people = await Promise.all(['a', 'b', 'c'].map((name, index) => say(name, { country: `C${String(index)}` })));
    await define(
      Object.fromEntries(
        Array.from({ length: 12 }, (_unused, n) => [
          `s${String(n)}`,
          {
            all: [{ attribute: 'country', operator: n % 2 === 0 ? 'equals' : 'notEquals', value: `C${String(n % 4)}` }],
          },
        ]),
      ),
    );
    const walks = await scanned(() => backfill());
    expect(walks).toBeLessThan(12);
    expect(
      await rows(
        `SELECT state, count(*)::int AS count, sum(entered)::int AS entered, min(done)::int AS done FROM segment_backfills GROUP BY state`,
      ),
    ).toEqual([{ state: 'done', count: 12, entered: await open(), done: people.length }]);
    const fits = await rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM profiles, segments s WHERE (segments ? s.key) <>
         ((attributes ->> 'country' = s.rule -> 'all' -> 0 ->> 'value') = (s.rule -> 'all' -> 0 ->> 'operator' = 'equals'))`,
    );
    expect(fits).toEqual([{ count: 0 }]);
  });

  const open = async (): Promise<number> =>
    (await rows<{ count: number }>('SELECT count(*)::int AS count FROM segment_memberships WHERE left_at IS NULL'))[0]
      ?.count ?? 0;
  /** How often profiles were read from the beginning. */
  const scanned = async (work: () => Promise<void>): Promise<number> => {
    const pages = vi.spyOn(core().get(Profiles), 'after');
    onTestFinished(() => pages.mockRestore());
    await work();
    return pages.mock.calls.length;
  };
});

describe('a segment that is gone', () => {
  it('is left as its rule wants it, not because of what somebody says meanwhile', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const { id } = await say('a', { country: 'Peru' });
    await database.dataSource.transaction((manager) => core().get(Segments).delete(manager, 'peru'));
    await core().get(SegmentDirectory).onModuleInit();
    expect((await say('a', { city: 'Lima' })).segments).toEqual([]);
    expect(await stays(id)).toMatchObject([{ left_by: 'backfill' }]);
  });

  it('stays as long as another one asks for it', async () => {
    await define({
      a: { all: [{ segment: 'b', operator: 'in' }] },
      b: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] },
    });
    const remove = (key: string) =>
      database.dataSource.transaction((manager) => core().get(Segments).delete(manager, key));
    await expect(remove('b')).rejects.toMatchObject({ status: 409 });
    await remove('a');
    await remove('b');
  });

  it('because a file no longer names it is left by everybody, whatever a process still remembers', async () => {
    await define({ peru: { all: [{ attribute: 'country', operator: 'equals', value: 'Peru' }] } });
    const { id } = await say('a', { country: 'Peru' });
    await rows('UPDATE segments SET provisioned = true');
    await database.dataSource.transaction((manager) => core().get(Segments).releaseOthers(manager, []));
    await backfill(); // this process has not read it yet: it must not take the rule for the present one
    expect(await rows(`SELECT state FROM segment_backfills`)).not.toEqual([{ state: 'done' }]);
    await core().get(SegmentDirectory).onModuleInit();
    clock.forward(minute);
    await backfill();
    expect(await stays(id)).toMatchObject([{ left_by: 'backfill' }]);
    expect(await rows(`SELECT state FROM segment_backfills`)).toEqual([{ state: 'done' }]);
  });
});

describe('the top few percent', () => {
  it('are found on a schedule, and asked again when the threshold has moved', async () => {
    for (let spend = 1; spend <= 20; spend += 1)
      await core().submit(
        incoming(`p${String(spend)}`, { attributes: [{ key: 'spend', label: 'spend', type: 'number', value: spend }] }),
      );
    await define({ best: { all: [{ percentile: 'top', percent: 10, attribute: 'spend' }] } });
    await core().get(Percentiles).refresh();
    await core().get(SegmentDirectory).onModuleInit();
    await backfill();
    const top = await rows<{ spend: number }>(
      `SELECT (attributes ->> 'spend')::int AS spend FROM profiles WHERE segments ? 'best' ORDER BY 1`,
    );
    expect(top.map(({ spend }) => spend)).toEqual([19, 20]);
  });
});
