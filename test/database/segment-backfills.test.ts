import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MappingDirectory } from '../../src/mapping/mapping-directory.service.js';
import { Profiles } from '../../src/profiles/profiles.repository.js';
import { SegmentBulk } from '../../src/segments/segment-bulk.repository.js';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { Segments } from '../../src/segments/segments.service.js';
import { abandonedCart, minute, day, rehearseSegments } from '../support/segments.js';

const { database, clock, core, rows, define, backfill, say, stays, fires } = rehearseSegments();

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
    await define({ abandoned: abandonedCart });
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
