import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { uuidArray } from '../database/binary-array.js';
import { SqlParameters } from './sql-parameters.js';

/** Entries and exits that follow from a rule alone, found a moment ago. */
export interface BulkChange {
  readonly segment: string;
  readonly version: number;
  readonly entering: readonly string[];
  readonly leaving: readonly string[];
  /** The rule as SQL over `profiles p`; asked once more when the profiles are locked. */
  readonly condition: (parameters: SqlParameters) => string;
  /** It looks at more than the profile itself. */
  readonly looksAtEvents: boolean;
}

export interface BulkOutcome {
  readonly entered: number;
  readonly left: number;
}

/** Profiles that are locked at the same time: whoever of them speaks meanwhile waits for some tens of milliseconds. */
const atOnce = 5_000;

/**
 * Lets profiles into a segment, or out of it, by the thousand and without reading them: for backfills of segments that nobody follows.
 * It does what the pipeline does when nothing but the membership changes: the profile, one version further, and its history.
 *
 * @see docs/decisions/0009-a-backfill-that-nobody-follows-is-written-in-bulk.md
 */
@Injectable()
export class SegmentBulk {
  constructor(private readonly dataSource: DataSource) {}

  async apply(change: BulkChange, now: Date): Promise<BulkOutcome> {
    const outcome = { entered: 0, left: 0 };
    for (let from = 0; from < change.entering.length; from += atOnce)
      outcome.entered += await this.#locked(change, change.entering.slice(from, from + atOnce), (manager, ids) =>
        enter(manager, change, ids, now),
      );
    for (let from = 0; from < change.leaving.length; from += atOnce)
      outcome.left += await this.#locked(change, change.leaving.slice(from, from + atOnce), (manager, ids) =>
        leave(manager, change, ids, now),
      );
    return outcome;
  }

  /**
   * Locks in the order of the pipeline's own lock, by id, which is the order in which the primary key is walked along. A profile that was locked
   * by somebody else is looked at again as they left it; its events are not, so for those a statement of its own locks first.
   */
  #locked(
    { looksAtEvents }: BulkChange,
    profileIds: readonly string[],
    act: (manager: EntityManager, ids: Buffer) => Promise<number>,
  ): Promise<number> {
    const ids = uuidArray(profileIds);
    return this.dataSource.transaction(async (manager) => {
      // What a crash takes back is done again: how far the backfill has come is written later than this.
      await manager.query('SET LOCAL synchronous_commit = off');
      for (const other of ['bitmapscan', 'seqscan']) await manager.query(`SET LOCAL enable_${other} = off`);
      if (looksAtEvents)
        await manager.query('SELECT FROM profiles WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [ids]);
      return act(manager, ids);
    });
  }
}

async function enter(
  manager: EntityManager,
  { segment, version, condition }: BulkChange,
  ids: Buffer,
  now: Date,
): Promise<number> {
  const parameters = new SqlParameters([ids, segment, now, now.getTime(), version]);
  const [row] = await manager.query<{ count: number }[]>(
    `WITH entering AS (
       UPDATE profiles p SET segments = p.segments || jsonb_build_object($2::text, $4::bigint), version = p.version + 1, updated_at = $3
       WHERE p.id = ANY ($1::uuid[]) AND p.merged_into IS NULL AND NOT p.segments ? $2::text AND ${condition(parameters)} RETURNING p.id),
     stay AS (
       INSERT INTO segment_memberships (segment, profile_id, entered_at, entered_by, segment_version)
       SELECT $2::text, id, $3::timestamptz, 'backfill', $5::int FROM entering)
     SELECT count(*)::int AS count FROM entering`,
    [...parameters.values],
  );
  return row?.count ?? 0;
}

async function leave(
  manager: EntityManager,
  { segment, condition }: BulkChange,
  ids: Buffer,
  now: Date,
): Promise<number> {
  const parameters = new SqlParameters([ids, segment, now]);
  const [row] = await manager.query<{ count: number }[]>(
    `WITH leaving AS (
       UPDATE profiles p SET segments = p.segments - $2::text, version = p.version + 1, updated_at = $3
       WHERE p.id = ANY ($1::uuid[]) AND p.merged_into IS NULL AND p.segments ? $2::text AND NOT ${condition(parameters)} RETURNING p.id),
     stay AS (
       UPDATE segment_memberships m SET left_at = GREATEST(m.entered_at, $3::timestamptz), left_by = 'backfill' FROM leaving
       WHERE m.segment = $2::text AND m.profile_id = leaving.id AND m.left_at IS NULL)
     SELECT count(*)::int AS count FROM leaving`,
    [...parameters.values],
  );
  return row?.count ?? 0;
}
