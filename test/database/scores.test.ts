import { beforeEach, describe, expect, it } from 'vitest';
import { Rechecks } from '../../src/recalculation/rechecks.service.js';
import { RfmRefresh } from '../../src/recalculation/rfm-refresh.service.js';
import { ScoreMarks } from '../../src/recalculation/score-marks.service.js';
import { rfmSchema } from '../../src/scoring/rfm.js';
import { RfmRuns } from '../../src/scoring/rfm-runs.repository.js';
import { ScoreDirectory } from '../../src/scoring/score-directory.service.js';
import { scoreInput } from '../../src/scoring/score-input.js';
import { Scores } from '../../src/scoring/scores.service.js';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { segmentInput } from '../../src/segments/segment-input.js';
import { Segments } from '../../src/segments/segments.service.js';
import { testDatabase } from '../support/database.js';
import { coreOfFile, email, incoming, subscriber, TestClock } from '../support/core.js';

const database = testDatabase();
const clock = new TestClock();
const core = coreOfFile(database, clock);
const day = 24 * 60 * 60_000;
const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  database.dataSource.query<Row[]>(sql, [...values]);

beforeEach(async () => {
  await rows(
    'TRUNCATE profiles, identities, events, event_keys, scores, score_states, rfm_runs, rfm_changes, segments, segment_memberships, segment_rechecks, segment_backfills',
  );
  await readAgain();
});

async function readAgain(): Promise<void> {
  await core().get(ScoreDirectory).onModuleInit();
  await core().get(SegmentDirectory).onModuleInit();
}

async function score(points: readonly object[], more: object = {}): Promise<void> {
  const definition = { version: 1, points, ...more };
  const input = scoreInput.parse({ key: 'engagement', title: 'Engagement', definition });
  await database.dataSource.transaction((manager) => core().get(Scores).save(manager, input, 'api'));
  await readAgain();
}

const say = async (name: string, event: string, more: object = {}) => {
  const [decision] = await core().submit(incoming(name, { name: event, kind: 'business_event', ...more }));
  return decision;
};
const messages = { events: { names: ['visit'] }, points: 10 };

describe('a score', () => {
  it('is an attribute, counted in the answer to the event that counts', async () => {
    await score([messages], { levels: [{ name: 'warm', from: 20, until: 15 }] });
    await say('ada', 'visit');
    expect(await say('ada', 'visit')).toMatchObject({ attributes: { engagement: 20, engagementLevel: 'warm' } });
    expect(await say('ada', 'something else')).toMatchObject({ attributes: { engagement: 20 } });
  });

  it('fades with the clock alone, and segments that ask for it follow at that moment', async () => {
    await score([{ ...messages, points: 40, fades: { halfLife: { days: 1 } } }], { step: 5 });
    const rule = { version: 1, all: [{ attribute: 'engagement', operator: 'atLeast', value: 30 }] };
    const hot = segmentInput.parse({ key: 'hot', title: 'Hot', rule });
    await database.dataSource.transaction((manager) => core().get(Segments).save(manager, [hot], 'api'));
    await readAgain();
    const decision = await say('ada', 'visit');
    expect(decision).toMatchObject({ attributes: { engagement: 40 }, segments: ['hot'] });
    for (let hour = 0; hour < 24; hour += 1) {
      clock.forward(day / 24);
      await core().get(Rechecks).run();
    }
    expect(await rows(`SELECT (attributes ->> 'engagement')::int AS points, segments FROM profiles`)).toEqual([
      { points: 24, segments: {} }, // told anew whenever a multiple of 5 is passed
    ]);
    expect(await rows(`SELECT left_by FROM segment_memberships`)).toEqual([{ left_by: 'clock' }]);
  });

  it('counts what happened before there was a score, for everybody', async () => {
    for (let visit = 0; visit < 3; visit += 1) await say('ada', 'visit');
    await say('eve', 'something else');
    await score([messages]);
    clock.forward(3_000); // by then every process knows the definition
    await core().get(ScoreMarks).run();
    await core().get(Rechecks).run();
    expect(await rows(`SELECT (attributes ->> 'engagement')::int AS points FROM profiles ORDER BY 1`)).toEqual([
      { points: 0 },
      { points: 30 },
    ]);
    expect(await say('ada', 'visit')).toMatchObject({ attributes: { engagement: 40 } });
  });

  it('of two people who turn out to be one is that of both', async () => {
    await score([messages]);
    await say('ada', 'visit');
    await say('ada@web', 'visit');
    const both = email('ada@example.com');
    await say('ada', 'hello', { identities: [subscriber('ada'), both] });
    expect(await say('ada@web', 'hello', { identities: [subscriber('ada@web'), both] })).toMatchObject({
      attributes: { engagement: 20 },
    });
  });

  it('looks at what somebody is, too', async () => {
    await score([messages, { when: { tags: 'anyOf', value: ['vip'] }, points: 50 }]);
    expect(await say('ada', 'visit', { tagsAdded: ['vip'] })).toMatchObject({ attributes: { engagement: 60 } });
    clock.forward(1_000);
    expect(await say('ada', 'hello', { tagsRemoved: ['vip'] })).toMatchObject({ attributes: { engagement: 10 } });
  });
});

describe('a definition that is new or changed', () => {
  const hot = async (): Promise<void> => {
    const rule = { version: 1, all: [{ attribute: 'engagement', operator: 'atLeast', value: 30 }] };
    const input = segmentInput.parse({ key: 'hot', title: 'Hot', rule });
    await database.dataSource.transaction((manager) => core().get(Segments).save(manager, [input], 'api'));
    await readAgain();
  };

  it('makes nobody enter a segment as if they had just done something', async () => {
    await hot();
    for (let visit = 0; visit < 3; visit += 1) await say('ada', 'visit');
    await score([messages]);
    clock.forward(3_000); // by then every process knows the definition
    await core().get(ScoreMarks).run();
    await core().get(Rechecks).run();
    expect(await rows('SELECT segment, entered_by FROM segment_memberships')).toEqual([
      { segment: 'hot', entered_by: 'backfill' },
    ]);
  });

  it('does not hide what somebody has really just done', async () => {
    await hot();
    await score([messages]);
    for (let visit = 0; visit < 3; visit += 1) await say('ada', 'visit');
    expect(await rows('SELECT segment, entered_by FROM segment_memberships')).toEqual([
      { segment: 'hot', entered_by: 'event' },
    ]);
  });
});

describe('a score that is switched off', () => {
  it('holds up nothing that is due by the clock', async () => {
    await score([{ ...messages, points: 40, fades: { halfLife: { days: 1 } } }]);
    await Promise.all(['a', 'b', 'c'].map((name) => say(name, 'visit')));
    await database.dataSource.transaction((manager) => core().get(Scores).releaseOthers(manager, []));
    await rows('UPDATE scores SET enabled = false');
    await readAgain();
    clock.forward(day);
    await core().get(Rechecks).run();
    expect(await rows('SELECT 1 FROM score_states WHERE due_at IS NOT NULL')).toEqual([]);
  });
});

describe('what is due by the clock', () => {
  it('does not wait for those who are to be counted anew, and they follow', async () => {
    await score([{ ...messages, points: 40, atMost: 40, fades: { after: { days: 1 } } }]);
    for (let n = 0; n < 300; n += 1)
      await rows(
        `INSERT INTO profiles (id, version, created_at, updated_at, last_event_at) VALUES (gen_random_uuid(), 1, now(), now(), now())`,
      );
    await say('ada', 'visit');
    clock.forward(3_000); // by then every process knows the definition
    await core().get(ScoreMarks).run();
    expect(await rows('SELECT count(*)::int AS count FROM score_states WHERE version = 0')).toEqual([{ count: 301 }]);
    await core().get(Rechecks).run();
    expect(await rows('SELECT count(*)::int AS count FROM score_states WHERE version = 0')).toEqual([{ count: 0 }]);
    expect(
      await rows(
        `SELECT (attributes ->> 'engagement')::int AS points, count(*)::int AS people FROM profiles GROUP BY 1 ORDER BY 1`,
      ),
    ).toEqual([
      { points: 0, people: 300 },
      { points: 40, people: 1 },
    ]);
  });

  it('is forgotten with the person', async () => {
    await score([{ ...messages, points: 40, fades: { halfLife: { days: 1 } } }]);
    await say('ada', 'visit');
    await rows('DELETE FROM profiles');
    await rows(
      `INSERT INTO segment_rechecks SELECT gen_random_uuid(), now() - interval '1 year' FROM generate_series(1, 3)`,
    );
    clock.forward(day);
    await core().get(Rechecks).run();
    expect(await rows('SELECT 1 FROM score_states')).toEqual([]);
    expect(await rows('SELECT 1 FROM segment_rechecks')).toEqual([]);
  });
});

describe('what is written into a score from outside', () => {
  it('does not stay', async () => {
    await score([messages]);
    await say('ada', 'visit');
    clock.forward(1_000);
    const forged = { attributes: [{ key: 'engagement', label: 'engagement', type: 'number', value: 99 }] };
    expect(await say('ada', 'hello', forged)).toMatchObject({ attributes: { engagement: 10 } });
  });

  it('keeps a score from being made where it is of another type', async () => {
    await say('ada', 'hello', { attributes: [{ key: 'loyalty', label: 'loyalty', type: 'string', value: 'much' }] });
    const input = scoreInput.parse({
      key: 'loyalty',
      title: 'Loyalty',
      definition: { version: 1, points: [messages] },
    });
    await expect(
      database.dataSource.transaction((manager) => core().get(Scores).save(manager, input, 'api')),
    ).rejects.toMatchObject({ status: 422 });
  });
});

describe('RFM', () => {
  const define = async (rfm: object = {}): Promise<void> => {
    const input = scoreInput.parse({ key: 'rfm', title: 'RFM', definition: { version: 1, rfm } });
    await database.dataSource.transaction((manager) => core().get(Scores).save(manager, input, 'api'));
    await readAgain();
  };
  const buy = (name: string, amount: number) => say(name, 'order_placed', { properties: { amount } });
  const namesOf = () =>
    rows<{ name: string; fifths: number[]; version: number }>(
      `SELECT attributes ->> 'rfmSegment' AS name, ARRAY[(attributes ->> 'rfmRecency')::int, (attributes ->> 'rfmFrequency')::int, (attributes ->> 'rfmMonetary')::int] AS fifths, version
       FROM profiles WHERE attributes ? 'rfmSegment' ORDER BY created_at, id`,
    );

  it('puts all customers into fifths, as attributes that segments can ask for, and anew when it is time', async () => {
    for (let customer = 1; customer <= 5; customer += 1) {
      for (let purchase = 0; purchase < customer; purchase += 1) await buy(`c${String(customer)}`, customer * 10);
      clock.forward(day);
    }
    await say('only looking', 'visit');
    await define();
    const rule = { version: 1, all: [{ attribute: 'rfmSegment', operator: 'equals', value: 'Champions' }] };
    const best = segmentInput.parse({ key: 'best', title: 'Best', rule });
    await database.dataSource.transaction((manager) => core().get(Segments).save(manager, [best], 'api'));
    await readAgain();
    await core().get(RfmRefresh).run();
    expect(await namesOf()).toEqual([
      { name: 'Lost', fifths: [1, 1, 1], version: 2 },
      { name: 'Hibernating', fifths: [2, 2, 2], version: 2 },
      { name: 'Need Attention', fifths: [3, 3, 3], version: 2 },
      { name: 'Loyal Customers', fifths: [4, 4, 4], version: 2 },
      { name: 'Champions', fifths: [5, 5, 5], version: 2 },
    ]);
    expect(await rows(`SELECT attributes ->> 'rfmSegment' AS name FROM profiles WHERE segments ? 'best'`)).toEqual([
      { name: 'Champions' },
    ]);
    expect(await rows('SELECT entered_by FROM segment_memberships')).toEqual([{ entered_by: 'backfill' }]);
    for (let purchase = 0; purchase < 9; purchase += 1) await buy('c1', 500);
    await core().get(RfmRefresh).run();
    expect((await namesOf())[0]).toMatchObject({ name: 'Lost' }); // not before its time
    clock.forward(day);
    await core().get(RfmRefresh).run();
    expect((await namesOf())[0]).toEqual({ name: 'Champions', fifths: [5, 5, 5], version: 3 });
    expect(await rows('SELECT entered_by FROM segment_memberships WHERE left_at IS NULL')).toEqual([
      { entered_by: 'clock' },
    ]);
    expect(await rows('SELECT 1 FROM rfm_changes')).toEqual([]);
  });

  it('says that who has bought nothing for a long time is lost, and asks nobody else again', async () => {
    await buy('ada', 10);
    await define({ last: { days: 30 }, every: { hours: 1 } });
    await core().get(RfmRefresh).run();
    expect(await namesOf()).toMatchObject([{ name: 'Lost' }]); // the only customer is in the first fifth of all
    await rows(`UPDATE profiles SET attributes = attributes || '{"rfmRecency": 5, "rfmSegment": "Promising"}'`);
    clock.forward(31 * day);
    await core().get(RfmRefresh).run();
    expect(await namesOf()).toMatchObject([{ name: 'Lost', fifths: [1, 1, 1] }]);
  });

  it('goes on where a process died', async () => {
    await buy('ada', 10);
    await define();
    await core()
      .get(RfmRuns)
      .refresh({ key: 'rfm', version: 1, definition: rfmSchema.parse({ version: 1 }).rfm }, clock.now());
    expect(await namesOf()).toEqual([]);
    await core().get(RfmRefresh).run();
    expect(await namesOf()).toHaveLength(1);
  });
});
