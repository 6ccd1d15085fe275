import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Rechecks } from '../../src/recalculation/rechecks.service.js';
import { ScoreMarks } from '../../src/recalculation/score-marks.service.js';
import { ScoreDirectory } from '../../src/scoring/score-directory.service.js';
import { scoreInput } from '../../src/scoring/score-input.js';
import { Scores } from '../../src/scoring/scores.service.js';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { segmentInput } from '../../src/segments/segment-input.js';
import { Segments } from '../../src/segments/segments.service.js';
import { testDatabase } from '../support/database.js';
import { type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';

const database = testDatabase();
const clock = new TestClock();
const running: { core?: Core } = {};
const core = (): Core => {
  if (running.core === undefined) throw new Error('only while tests run');
  return running.core;
};
const day = 24 * 60 * 60_000;
const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  database.dataSource.query<Row[]>(sql, [...values]);

beforeAll(async () => {
  running.core = await startCore(database.url, clock);
});
beforeEach(async () => {
  await rows('TRUNCATE profiles, identities, events, event_keys, scores, score_states, segments, segment_memberships');
  await readAgain();
});
afterAll(async () => running.core?.close());

async function readAgain(): Promise<void> {
  await core().get(ScoreDirectory).onModuleInit();
  await core().get(SegmentDirectory).onModuleInit();
}

async function score(points: readonly object[], more: object = {}): Promise<void> {
  const definition = { version: 1, title: 'Engagement', points, ...more };
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
