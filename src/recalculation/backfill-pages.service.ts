import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidArray } from '../database/binary-array.js';
import type { ActiveSegment } from '../segments/segment-directory.service.js';
import { SegmentDirectory } from '../segments/segment-directory.service.js';
import { SqlParameters } from '../segments/sql-parameters.js';
import { toSql } from '../segments/to-sql.js';
import { Outlooks } from './outlooks.service.js';

/** Whose membership in a segment is another one by its rule as it is now. */
export interface PageChanges {
  readonly segment: string;
  readonly entering: readonly string[];
  readonly leaving: readonly string[];
}

/** Some profiles in order of their ids, and what has to change. */
export interface BackfillPage {
  readonly last: string;
  readonly seen: number;
  readonly changes: readonly PageChanges[];
}

/** Some profiles, by their ids. */
export interface IdRange {
  readonly after: string;
  readonly upTo: string;
  /** Roughly. */
  readonly profiles: number;
}

/** Finds the page after a profile; null: there is nobody left. */
export type PageAfter = (cursor: string) => Promise<BackfillPage | null>;

/** Profiles that one statement looks at, roughly; no more memory than the ids of those that change. */
const pageSize = 20_000;
/** Blocks of the table that are looked at to find out where pages begin. */
const sampledBlocks = 250;
/** After every profile. */
export const lastOfAll = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

interface PageRow {
  readonly seen: number;
  readonly changed: string[] | null;
}

/** Finds who has to enter or leave, page by page. */
@Injectable()
export class BackfillPages {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: SegmentDirectory,
    private readonly outlooks: Outlooks,
  ) {}

  /**
   * A walk over everybody. One rule that time does not change is decided by PostgreSQL alone; with several, or where it also has to be found
   * out when an answer will change by itself, each profile is read once for all of them.
   */
  async over(segments: readonly ActiveSegment[], from: string, now: () => Date): Promise<PageAfter> {
    const [only] = segments;
    if (segments.length !== 1 || only === undefined || only.inputs.timed)
      return (cursor) => this.outlooks.page(cursor, segments, now());
    const ranges = await this.ranges(from, pageSize);
    return (cursor) => {
      const range = ranges.find(({ upTo }) => upTo > cursor);
      return range === undefined ? Promise.resolve(null) : this.#decided({ ...range, after: cursor }, only, now());
    };
  }

  /** Of a segment that is gone: all its members leave. */
  overMembers(segment: string): PageAfter {
    return async (cursor) => {
      const rows = await this.dataSource.query<{ id: string }[]>(
        `SELECT profile_id AS id FROM segment_memberships WHERE segment = $1 AND left_at IS NULL AND profile_id > $2::uuid
         ORDER BY profile_id LIMIT ${String(pageSize)}`,
        [segment, cursor],
      );
      const leaving = rows.map(({ id }) => id);
      const last = leaving.at(-1);
      if (last === undefined) return null;
      return { last, seen: leaving.length, changes: [{ segment, entering: [], leaving }] };
    };
  }

  /** The condition is asked once of each: who has to change is found first, and which way in a second step. */
  async #decided(range: IdRange, { key, rule }: ActiveSegment, now: Date): Promise<BackfillPage> {
    const parameters = new SqlParameters();
    const condition = toSql(rule, this.directory.sqlEnvironment(key), now.getTime(), parameters);
    const [low, high, name] = [range.after, range.upTo, key].map((text) => parameters.text(text));
    const [row] = await this.dataSource.query<PageRow[]>(
      `SELECT count(*)::int AS seen, array_agg(p.id) FILTER (WHERE (${condition}) <> (p.segments ? ${String(name)})) AS changed
       FROM profiles p WHERE p.id > ${String(low)}::uuid AND p.id <= ${String(high)}::uuid AND p.merged_into IS NULL`,
      [...parameters.values],
    );
    const changed = row?.changed ?? [];
    const members = await this.#membersOf(key, changed);
    const changes = {
      segment: key,
      entering: changed.filter((id) => !members.has(id)),
      leaving: changed.filter((id) => members.has(id)),
    };
    return { last: range.upTo, seen: row?.seen ?? 0, changes: [changes] };
  }

  async #membersOf(segment: string, profileIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      'SELECT id FROM profiles WHERE id = ANY ($1::uuid[]) AND segments ? $2',
      [uuidArray(profileIds), segment],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Everybody after a profile in parts of roughly this size, found by looking at a few blocks of the table. */
  async ranges(from: string, size: number): Promise<IdRange[]> {
    const [table] = await this.dataSource.query<{ blocks: number }[]>(
      `SELECT (pg_relation_size('profiles') / current_setting('block_size')::int)::float8 AS blocks`,
    );
    const share = Math.min(1, sampledBlocks / Math.max(1, table?.blocks ?? 0));
    const rows = await this.dataSource.query<{ id: string }[]>(
      'SELECT id FROM profiles TABLESAMPLE SYSTEM ($1) WHERE merged_into IS NULL AND id > $2::uuid ORDER BY id',
      [100 * share, from],
    );
    const step = Math.max(1, Math.round(size * share));
    const ranges: IdRange[] = [];
    for (let begin = 0, after = from; after !== lastOfAll; begin += step) {
      const upTo = rows.length > begin + step ? (rows[begin + step - 1]?.id ?? lastOfAll) : lastOfAll;
      ranges.push({ after, upTo, profiles: Math.round(Math.min(step, rows.length - begin) / share) });
      after = upTo;
    }
    return ranges;
  }
}
