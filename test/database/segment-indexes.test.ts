import { DataSource } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { Rechecks } from '../../src/recalculation/rechecks.service.js';
import { ScoreDirectory } from '../../src/scoring/score-directory.service.js';
import { scoreInput } from '../../src/scoring/score-input.js';
import { Scores } from '../../src/scoring/scores.service.js';
import { readyMadeScores } from '../../src/scoring/ready-made-scores.js';
import { readyMadeSegments } from '../../src/segments/ready-made.js';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { segmentInput } from '../../src/segments/segment-input.js';
import { SegmentMembers } from '../../src/segments/segment-members.repository.js';
import { Segments } from '../../src/segments/segments.service.js';
import { coreOfFile, incoming, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';
import { scanned } from '../support/scanned.js';

const database = testDatabase();
const clock = new TestClock();
const people = 60_000;
const core = coreOfFile(database, clock);

/** The n-th of the generated people. */
const idOf = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const generatedId = `('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
const everybody = `generate_series(1, ${String(people)}) n`;

const generate = [
  `INSERT INTO profiles (id, version, attributes, segments, created_at, updated_at, last_event_at)
   SELECT ${generatedId}, 1, '{"lifecycleStage": "lead"}', '{"customers": 1764000000000}', $1::timestamptz, $1, $1 FROM ${everybody}`,
  `INSERT INTO identities SELECT 'subscriber', 'bot/contact', 'known-' || n, ${generatedId}, $1::timestamptz FROM ${everybody}`,
  `INSERT INTO events (id, received_at, occurred_at, source, kind, name, profile_id, data, raw)
   SELECT gen_random_uuid(), at, at, 'bot', 'message_in', 'message', ${generatedId}, '{}', ''
   FROM ${everybody}, LATERAL (SELECT $1::timestamptz - n * interval '1 minute' AS at) AS t`,
  `INSERT INTO segment_memberships (segment, profile_id, entered_at, left_at, entered_by, segment_version)
   SELECT 'new_contacts', ${generatedId}, $1::timestamptz, CASE WHEN n % 2 = 0 THEN $1 END, 'event', 1 FROM ${everybody}`,
  `INSERT INTO segment_rechecks SELECT ${generatedId}, $1::timestamptz + (n - 10) * interval '1 minute' FROM ${everybody}`,
  `INSERT INTO score_states (profile_id, score, version, state, due_at)
   SELECT ${generatedId}, 'engagement', 1, '{"lines": {}, "level": null}', $1::timestamptz + (n - 5) * interval '1 minute' FROM ${everybody}`,
];

beforeAll(async () => {
  for (const statement of generate) await database.dataSource.query(statement, [clock.now()]);
  await database.dataSource.query('ANALYZE');
  const segments = readyMadeSegments.map((each) => segmentInput.parse(each));
  const [engagement] = readyMadeScores;
  await database.dataSource.transaction(async (manager) => {
    await core().get(Scores).save(manager, scoreInput.parse(engagement), 'api');
    await core().get(Segments).save(manager, segments, 'api');
  });
  await core().get(SegmentDirectory).onModuleInit();
  await core().get(ScoreDirectory).onModuleInit();
});

const read = (work: () => Promise<unknown>) => scanned(database.dataSource, [core().get(DataSource)], work);

describe('with 60,000 people, no table is read from end to end', () => {
  it('by the pipeline: what rules and scores look at, entries, exits, merges', async () => {
    const work = () =>
      core().submit(
        ...Array.from({ length: 30 }, (_unused, n) => incoming(`known-${String(100 + n)}`, { name: 'order_placed' })),
        incoming('known-200', { identities: [subscriber('known-200'), subscriber('known-201')] }),
        incoming('stranger'),
      );
    expect(await read(work)).toEqual({});
  });

  it('by the clock: what is due, and when the next is', async () => {
    expect(await read(() => core().get(Rechecks).run())).toEqual({});
  });

  it('by whoever looks at a segment or at one person', async () => {
    const members = core().get(SegmentMembers);
    const after = { at: clock.now(), profileId: idOf(9_000) };
    const work = async () => {
      expect(await members.page('new_contacts', 50, idOf(500))).toHaveLength(50);
      expect(await members.historyOfSegment('new_contacts', 'entered', 50, after)).toHaveLength(50);
      expect(await members.historyOfSegment('new_contacts', 'left', 50, after)).toHaveLength(50);
      expect(await members.historyOf(idOf(1_001), 50)).not.toHaveLength(0);
    };
    expect(await read(work)).toEqual({});
  });
});
