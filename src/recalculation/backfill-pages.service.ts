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

/** Finds the page after a profile; null: there is nobody left. */
export type PageAfter = (cursor: string) => Promise<BackfillPage | null>;

/** Profiles that one statement looks at, roughly: some hundred ms, and no more memory than the ids of those that change. */
const plainPage = 200_000;
/** Where each profile's events have to be looked up as well. */
const eventsPage = 20_000;
const membersPage = 20_000;
/** Blocks of the table that are looked at to find out where pages begin. */
const sampledBlocks = 500;
/** After every profile. */
const lastOfAll = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

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
  async over(segments: readonly ActiveSegment[], now: () => Date): Promise<PageAfter> {
    const [only] = segments;
    if (segments.length !== 1 || only === undefined || only.inputs.timed)
      return (cursor) => this.outlooks.page(cursor, segments, now());
    const [bounds, isEmpty] = await Promise.all([
      this.#bounds(only.inputs.eventQueries.length === 0 ? plainPage : eventsPage),
      this.#isEmpty(only.key),
    ]);
    return (cursor) => {
      if (cursor === lastOfAll) return Promise.resolve(null);
      const upTo = bounds.find((bound) => bound > cursor) ?? lastOfAll;
      return this.#decided({ after: cursor, upTo, isEmpty }, only, now());
    };
  }

  /** Of a segment that is gone: all its members leave. */
  overMembers(segment: string): PageAfter {
    return async (cursor) => {
      const rows = await this.dataSource.query<{ id: string }[]>(
        `SELECT profile_id AS id FROM segment_memberships WHERE segment = $1 AND left_at IS NULL AND profile_id > $2::uuid
         ORDER BY profile_id LIMIT ${String(membersPage)}`,
        [segment, cursor],
      );
      const leaving = rows.map(({ id }) => id);
      const last = leaving.at(-1);
      if (last === undefined) return null;
      return { last, seen: leaving.length, changes: [{ segment, entering: [], leaving }] };
    };
  }

  /**
   * The profiles of a range of ids. Written so that PostgreSQL can put all its processes to it, and asks the condition once of each: where there
   * are members, who has to change is found first, and which way in a second step.
   *
   * @param isEmpty nobody was in it when the walk began: whoever is now fits the rule
   */
  async #decided(
    { after, upTo, isEmpty }: { readonly after: string; readonly upTo: string; readonly isEmpty: boolean },
    { key, rule }: ActiveSegment,
    now: Date,
  ): Promise<BackfillPage> {
    const parameters = new SqlParameters();
    const condition = toSql(rule, this.directory.sqlEnvironment(key), now.getTime(), parameters);
    const changes = isEmpty ? condition : `(${condition}) <> (p.segments ? ${parameters.text(key)})`;
    const [low, high] = [parameters.text(after), parameters.text(upTo)];
    const [row] = await this.dataSource.query<PageRow[]>(
      `SELECT count(*)::int AS seen, array_agg(p.id) FILTER (WHERE ${changes}) AS changed
       FROM profiles p WHERE p.id > ${low}::uuid AND p.id <= ${high}::uuid AND p.merged_into IS NULL`,
      [...parameters.values],
    );
    const changed = row?.changed ?? [];
    const members = isEmpty ? new Set<string>() : await this.#membersOf(key, changed);
    return {
      last: upTo,
      seen: row?.seen ?? 0,
      changes: [
        {
          segment: key,
          entering: changed.filter((id) => !members.has(id)),
          leaving: changed.filter((id) => members.has(id)),
        },
      ],
    };
  }

  async #isEmpty(segment: string): Promise<boolean> {
    const rows = await this.dataSource.query<object[]>(
      'SELECT FROM segment_memberships WHERE segment = $1 AND left_at IS NULL LIMIT 1',
      [segment],
    );
    return rows.length === 0;
  }

  async #membersOf(segment: string, profileIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      'SELECT id FROM profiles WHERE id = ANY ($1::uuid[]) AND segments ? $2',
      [uuidArray(profileIds), segment],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Ids that divide the profiles into pages of roughly this size, found by looking at a few blocks of the table. */
  async #bounds(pageSize: number): Promise<string[]> {
    const [size] = await this.dataSource.query<{ blocks: number }[]>(
      `SELECT (pg_relation_size('profiles') / current_setting('block_size')::int)::float8 AS blocks`,
    );
    const percent = Math.min(100, (100 * sampledBlocks) / Math.max(1, size?.blocks ?? 0));
    const rows = await this.dataSource.query<{ id: string }[]>(
      'SELECT id FROM profiles TABLESAMPLE SYSTEM ($1) ORDER BY id',
      [percent],
    );
    const pages = Math.ceil((rows.length * 100) / percent / pageSize);
    return Array.from(
      { length: Math.max(0, pages - 1) },
      (_unused, index) => rows[Math.floor((rows.length * (index + 1)) / pages)]?.id,
    ).filter((id) => id !== undefined);
  }
}
