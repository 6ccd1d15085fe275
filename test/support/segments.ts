import { beforeEach } from 'vitest';
import { Backfill } from '../../src/recalculation/backfill.service.js';
import { Rechecks } from '../../src/recalculation/rechecks.service.js';
import { SegmentDirectory } from '../../src/segments/segment-directory.service.js';
import { segmentInput } from '../../src/segments/segment-input.js';
import { Segments } from '../../src/segments/segments.service.js';
import { attribute, coreOfFile, incoming, TestClock } from './core.js';
import { testDatabase } from './database.js';

export const minute = 60_000;
export const day = 24 * 60 * minute;

/** Put something into the cart, and has not ordered for a day. */
export const abandonedCart = {
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

/** The pipeline and the clock's work on segments, on a database of its own that is empty before each test. */
export function rehearseSegments() {
  const database = testDatabase();
  const clock = new TestClock();
  const core = coreOfFile(database, clock);
  const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    database.dataSource.query<Row[]>(sql, [...values]);

  beforeEach(async () => {
    await rows(`TRUNCATE profiles, identities, events, event_keys, segments, segment_memberships, segment_rechecks, segment_backfills,
      segment_percentiles, sync_marks`);
    await core().get(SegmentDirectory).onModuleInit();
  });

  return {
    database,
    clock,
    core,
    rows,
    /** Makes or changes segments as the API would, without bringing the rule to those who are there already. */
    define: async (rules: Readonly<Record<string, object>>): Promise<void> => {
      const inputs = Object.entries(rules).map(([key, rule]) =>
        segmentInput.parse({ key, title: key, rule: { version: 1, ...rule } }),
      );
      await database.dataSource.transaction((manager) => core().get(Segments).save(manager, inputs, 'api'));
      await core().get(SegmentDirectory).onModuleInit();
    },
    backfill: async (): Promise<void> => {
      clock.forward(3_000);
      await core().get(Backfill).run();
    },
    say: async (name: string, said: Readonly<Record<string, string>> = {}, event = 'message') => {
      const [decision] = await core().submit(
        incoming(name, {
          name: event,
          kind: event === 'message' ? 'message_in' : 'business_event',
          attributes: Object.entries(said).map(([key, value]) => attribute(key, value)),
        }),
      );
      return { id: decision?.profileId ?? '', segments: decision?.segments ?? [] };
    },
    stays: (id: string) =>
      rows<{ segment: string; entered_by: string; left_by: string | null; entered_at: Date; left_at: Date | null }>(
        `SELECT segment, entered_by, left_by, entered_at, left_at FROM segment_memberships WHERE profile_id = $1 ORDER BY entered_at, segment`,
        [id],
      ),
    fires: (): Promise<void> => core().get(Rechecks).run(),
  };
}
