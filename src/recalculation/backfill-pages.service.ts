import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT } from '../database/environment.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { type ActiveSegment, SegmentDirectory } from '../segments/segment-directory.service.js';
import { SqlParameters } from '../segments/sql-parameters.js';
import { toSql } from '../segments/to-sql.js';
import { Outlooks } from './outlooks.service.js';

/** Some profiles in order of their ids, and whose membership is another one by the rule as it is now. */
export interface BackfillPage {
  readonly last: string;
  readonly seen: number;
  readonly entering: readonly string[];
  readonly leaving: readonly string[];
}

/** Profiles that one statement looks at: some 100 ms, and no more memory than their ids. */
const pageSize = 20_000;

interface PageRow {
  readonly last: string | null;
  readonly seen: number;
  readonly entering: string[] | null;
  readonly leaving: string[] | null;
}

/** Finds who has to enter or leave. PostgreSQL decides where it can; where time alone can change an answer, it is also found out when. */
@Injectable()
export class BackfillPages {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: SegmentDirectory,
    private readonly catalog: AttributeCatalog,
    private readonly outlooks: Outlooks,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** @param active null: the segment is gone, so everybody leaves. @returns null when there is nobody after `cursor` */
  async after(cursor: string, segment: string, active: ActiveSegment | null, now: Date): Promise<BackfillPage | null> {
    if (active === null) return this.#members(cursor, segment);
    return active.inputs.timed ? this.outlooks.page(cursor, active, now) : this.#decided(cursor, active, now);
  }

  /** One walk along the primary key; the condition is computed once per profile. */
  async #decided(cursor: string, { key, rule }: ActiveSegment, now: Date): Promise<BackfillPage | null> {
    const parameters = new SqlParameters();
    const condition = toSql(
      rule,
      {
        attributeType: (attribute) => this.catalog.typeOf(attribute),
        timeZone: this.environment.TIME_ZONE,
        salt: key,
        thresholds: this.directory.thresholds,
      },
      now.getTime(),
      parameters,
    );
    const [after, name] = [parameters.text(cursor), parameters.text(key)];
    return this.#page(
      `SELECT (max(id::text)) AS last, count(*)::int AS seen,
         array_agg(id) FILTER (WHERE holds AND NOT is_in) AS entering, array_agg(id) FILTER (WHERE is_in AND NOT holds) AS leaving
       FROM (SELECT p.id, ${condition} AS holds, p.segments ? ${name} AS is_in FROM profiles p
         WHERE p.id > ${after}::uuid AND p.merged_into IS NULL ORDER BY p.id LIMIT ${String(pageSize)}) AS page`,
      parameters.values,
    );
  }

  #members(cursor: string, segment: string): Promise<BackfillPage | null> {
    return this.#page(
      `SELECT max(id::text) AS last, count(*)::int AS seen, NULL::uuid[] AS entering, array_agg(id) AS leaving
       FROM (SELECT profile_id AS id FROM segment_memberships WHERE segment = $1 AND left_at IS NULL AND profile_id > $2::uuid
         ORDER BY profile_id LIMIT ${String(pageSize)}) AS page`,
      [segment, cursor],
    );
  }

  async #page(text: string, values: readonly unknown[]): Promise<BackfillPage | null> {
    const [row] = await this.dataSource.query<PageRow[]>(text, [...values]);
    if (row === undefined || row.last === null) return null;
    return { last: row.last, seen: row.seen, entering: row.entering ?? [], leaving: row.leaving ?? [] };
  }
}
