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

/** All profiles of a range of ids. */
export interface BulkRange {
  readonly segment: string;
  readonly version: number;
  readonly after: string;
  readonly upTo: string;
  /** As in `BulkChange`; it must look at nothing but the profile. */
  readonly condition: (parameters: SqlParameters) => string;
}

const closeStays = `UPDATE segment_memberships SET left_at = GREATEST(entered_at, $3::timestamptz), left_by = 'backfill'
  WHERE segment = $2::text AND profile_id = ANY ($1::uuid[]) AND left_at IS NULL`;

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
   * Finds whose membership is another one and changes it, in one statement. It walks along the primary key, so it locks in the pipeline's own
   * order; a profile that somebody else is just changing is looked at again as they left it.
   */
  sweep({ segment, version, after, upTo, condition }: BulkRange, now: Date): Promise<BulkOutcome> {
    const parameters = new SqlParameters([segment, now, now.getTime(), version, after, upTo]);
    const text = `WITH changed AS (
        UPDATE profiles p SET version = p.version + 1, updated_at = $2,
          segments = CASE WHEN p.segments ? $1::text THEN p.segments - $1::text ELSE p.segments || jsonb_build_object($1::text, $3::bigint) END
        WHERE p.id > $5::uuid AND p.id <= $6::uuid AND p.merged_into IS NULL AND (${condition(parameters)}) <> (p.segments ? $1::text)
        RETURNING p.id, p.segments ? $1::text AS is_in),
      entered AS (
        INSERT INTO segment_memberships (segment, profile_id, entered_at, entered_by, segment_version)
        SELECT $1::text, id, $2::timestamptz, 'backfill', $4::int FROM changed WHERE is_in)
      SELECT count(*) FILTER (WHERE is_in)::int AS entered, array_agg(id) FILTER (WHERE NOT is_in) AS departed FROM changed`;
    return this.#hastily(async (manager) => {
      const [row] = await manager.query<{ entered: number; departed: string[] | null }[]>(text, [...parameters.values]);
      const departed = row?.departed ?? [];
      // By themselves: joined with what has changed, of which PostgreSQL expects everybody, all stays would be read.
      if (departed.length > 0) await manager.query(closeStays, [uuidArray(departed), segment, now]);
      return { entered: row?.entered ?? 0, left: departed.length };
    });
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
    return this.#hastily(async (manager) => {
      if (looksAtEvents)
        await manager.query('SELECT FROM profiles WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [ids]);
      return act(manager, ids);
    });
  }

  /**
   * A transaction that walks along the primary key, so that it locks in that order, and does not wait for the disk: what a crash takes back is done
   * again, since how far the backfill has come is written later.
   */
  #hastily<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(
        `SELECT set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
      );
      return work(manager);
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
  const [left] = await manager.query<[{ id: string }[], number]>(
    `UPDATE profiles p SET segments = p.segments - $2::text, version = p.version + 1, updated_at = $3
     WHERE p.id = ANY ($1::uuid[]) AND p.merged_into IS NULL AND p.segments ? $2::text AND NOT ${condition(parameters)} RETURNING p.id`,
    [...parameters.values],
  );
  if (left.length > 0) await manager.query(closeStays, [uuidArray(left.map(({ id }) => id)), segment, now]);
  return left.length;
}
