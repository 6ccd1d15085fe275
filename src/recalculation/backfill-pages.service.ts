import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
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

/** Profiles that one statement looks at: some tens of ms, and no more memory than their ids. */
const pageSize = 20_000;

interface PageRow {
  readonly last: string | null;
  readonly seen: number;
  readonly entering: string[] | null;
  readonly leaving: string[] | null;
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
   * The page after `cursor`; null: there is nobody left. One rule that time does not change is decided by PostgreSQL alone; with several, or
   * where it also has to be found out when an answer will change by itself, each profile is read once for all of them.
   */
  after(cursor: string, segments: readonly ActiveSegment[], now: Date): Promise<BackfillPage | null> {
    const [only] = segments;
    if (segments.length === 1 && only !== undefined && !only.inputs.timed) return this.#decided(cursor, only, now);
    return this.outlooks.page(cursor, segments, now);
  }

  /** Of a segment that is gone: all its members leave. */
  membersAfter(cursor: string, segment: string): Promise<BackfillPage | null> {
    return this.#page(
      segment,
      `SELECT max(id::text) AS last, count(*)::int AS seen, NULL::uuid[] AS entering, array_agg(id) AS leaving
       FROM (SELECT profile_id AS id FROM segment_memberships WHERE segment = $1 AND left_at IS NULL AND profile_id > $2::uuid
         ORDER BY profile_id LIMIT ${String(pageSize)}) AS page`,
      [segment, cursor],
    );
  }

  /** One walk along the primary key; the condition is computed once per profile. */
  #decided(cursor: string, { key, rule }: ActiveSegment, now: Date): Promise<BackfillPage | null> {
    const parameters = new SqlParameters();
    const condition = toSql(rule, this.directory.sqlEnvironment(key), now.getTime(), parameters);
    const [after, name] = [parameters.text(cursor), parameters.text(key)];
    return this.#page(
      key,
      `SELECT max(id::text) AS last, count(*)::int AS seen,
         array_agg(id) FILTER (WHERE holds AND NOT is_in) AS entering, array_agg(id) FILTER (WHERE is_in AND NOT holds) AS leaving
       FROM (SELECT p.id, ${condition} AS holds, p.segments ? ${name} AS is_in FROM profiles p
         WHERE p.id > ${after}::uuid AND p.merged_into IS NULL ORDER BY p.id LIMIT ${String(pageSize)}) AS page`,
      parameters.values,
    );
  }

  async #page(segment: string, text: string, values: readonly unknown[]): Promise<BackfillPage | null> {
    const [row] = await this.dataSource.query<PageRow[]>(text, [...values]);
    if (row === undefined || row.last === null) return null;
    const changes = { segment, entering: row.entering ?? [], leaving: row.leaving ?? [] };
    return { last: row.last, seen: row.seen, changes: [changes] };
  }
}
