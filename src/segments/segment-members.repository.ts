import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import type { AttributeValue } from '../profiles/attribute.js';
import { backtestSql } from './backtest-sql.js';
import type { Rule } from './rule.js';
import { SegmentDirectory } from './segment-directory.service.js';
import { SqlParameters } from './sql-parameters.js';
import { Thresholds } from './thresholds.service.js';
import { type SqlEnvironment, toSql } from './to-sql.js';

/** Who is in a segment. */
export interface Member {
  readonly profileId: string;
  readonly enteredAt: Date;
  readonly enteredBy: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly tags: readonly string[];
}

/** One stay of somebody in a segment. */
export interface Stay {
  readonly segment: string;
  readonly profileId: string;
  readonly enteredAt: Date;
  readonly enteredBy: string;
  readonly enteredEvent: string | null;
  readonly leftAt: Date | null;
  readonly leftBy: string | null;
  readonly leftEvent: string | null;
  readonly segmentVersion: number;
}

export interface RulePreview {
  readonly count: number;
  readonly sample: readonly Pick<Member, 'profileId' | 'attributes' | 'tags'>[];
}

const stay = `segment, profile_id AS "profileId", entered_at AS "enteredAt", entered_by AS "enteredBy", entered_event AS "enteredEvent",
  left_at AS "leftAt", left_by AS "leftBy", left_event AS "leftEvent", segment_version AS "segmentVersion"`;

/** What a rule would have done lately. */
export interface Backtest {
  /** Share of the profiles that were looked at; the numbers are scaled to all. */
  readonly sampledPercent: number;
  readonly days: readonly { readonly until: Date; readonly members: number; readonly entered: number }[];
}

const dayMs = 24 * 60 * 60 * 1_000;
const backtestProfiles = 20_000;

/** The questions people ask about segments. */
@Injectable()
export class SegmentMembers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: SegmentDirectory,
    private readonly thresholds: Thresholds,
    @Inject(NOW) private readonly now: Now,
  ) {}

  counts(): Promise<{ segment: string; members: number }[]> {
    return this.dataSource.query(
      `SELECT segment, count(*)::int AS members FROM segment_memberships WHERE left_at IS NULL GROUP BY segment`,
    );
  }

  async count(segment: string): Promise<number> {
    const [row] = await this.dataSource.query<{ members: number }[]>(
      'SELECT count(*)::int AS members FROM segment_memberships WHERE segment = $1 AND left_at IS NULL',
      [segment],
    );
    return row?.members ?? 0;
  }

  /** By profile id; `after` is the last one of the page before. Index: segment_memberships_open_idx. */
  page(segment: string, limit: number, after: string | null): Promise<Member[]> {
    return this.dataSource.query<Member[]>(
      `SELECT m.profile_id AS "profileId", m.entered_at AS "enteredAt", m.entered_by AS "enteredBy", p.attributes, p.tags
       FROM segment_memberships m JOIN profiles p ON p.id = m.profile_id
       WHERE m.segment = $1 AND m.left_at IS NULL AND ($2::uuid IS NULL OR m.profile_id > $2) ORDER BY m.profile_id LIMIT $3`,
      [segment, after, limit],
    );
  }

  /**
   * Who has entered (or left) a segment lately, the newest first; `after` is the last one of the page before. Whoever has left stands in both
   * lists with the whole stay. Indexes: segment_memberships_entered_idx, segment_memberships_left_idx.
   */
  historyOfSegment(
    segment: string,
    what: 'entered' | 'left',
    limit: number,
    after: { readonly at: Date; readonly profileId: string } | null,
  ): Promise<Stay[]> {
    const at = { entered: 'entered_at', left: 'left_at' }[what];
    return this.dataSource.query<Stay[]>(
      `SELECT ${stay} FROM segment_memberships
       WHERE segment = $1 AND ${at} IS NOT NULL AND ($2::timestamptz IS NULL OR (${at}, profile_id) < ($2, $3::uuid))
       ORDER BY ${at} DESC, profile_id DESC LIMIT $4`,
      [segment, after?.at ?? null, after?.profileId ?? null, limit],
    );
  }

  /** Their ids alone, in order. Index: segment_memberships_open_idx. */
  async idsAfter(segment: string, after: string, limit: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT profile_id AS id FROM segment_memberships WHERE segment = $1 AND left_at IS NULL AND profile_id > $2 ORDER BY profile_id LIMIT $3`,
      [segment, after, limit],
    );
    return rows.map(({ id }) => id);
  }

  historyOf(profileId: string, limit: number): Promise<Stay[]> {
    return this.dataSource.query<Stay[]>(
      `SELECT ${stay} FROM segment_memberships WHERE profile_id = $1 ORDER BY entered_at DESC, segment LIMIT $2`,
      [profileId, limit],
    );
  }

  /** How many a rule fits now, and a few of them. Looks at every profile. */
  async preview(rule: Rule, key: string): Promise<RulePreview> {
    const parameters = new SqlParameters();
    const condition = toSql(rule, await this.#environment(rule, key), this.now().getTime(), parameters);
    const [row] = await this.dataSource.query<{ count: number; sample: RulePreview['sample'] | null }[]>(
      `WITH fitting AS MATERIALIZED (SELECT p.id FROM profiles p WHERE p.merged_into IS NULL AND ${condition})
       SELECT (SELECT count(*)::int FROM fitting) AS count,
         (SELECT jsonb_agg(jsonb_build_object('profileId', p.id, 'attributes', p.attributes, 'tags', p.tags))
          FROM (SELECT id FROM fitting ORDER BY id DESC LIMIT 10) AS few JOIN profiles p USING (id)) AS sample`,
      [...parameters.values],
    );
    return { count: row?.count ?? 0, sample: row?.sample ?? [] };
  }

  /** How many would have been in it, and entered it, on each of the last days; a day ends now, 24 hours ago, and so on. */
  async backtest(rule: Rule, key: string, days: number): Promise<Backtest> {
    const nowMs = this.now().getTime();
    const momentsMs = Array.from({ length: days + 1 }, (_unused, index) => nowMs - (days - index) * dayMs);
    const percent = await this.#samplePercent();
    const { text, values } = backtestSql(rule, await this.#environment(rule, key), momentsMs, percent);
    const rows = await this.dataSource.query<{ place: number; members: number; entered: number }[]>(text, [...values]);
    const found = new Map(rows.map((row) => [row.place, row]));
    const scaled = (count: number): number => Math.round((count * 100) / percent);
    return {
      sampledPercent: percent,
      days: momentsMs.slice(1).map((atMs, index) => ({
        until: new Date(atMs),
        members: scaled(found.get(index + 1)?.members ?? 0),
        entered: scaled(found.get(index + 1)?.entered ?? 0),
      })),
    };
  }

  async #environment(rule: Rule, key: string): Promise<SqlEnvironment> {
    return { ...this.directory.sqlEnvironment(key), thresholds: await this.thresholds.forRule(rule) };
  }

  /** Everybody, or as many as can be looked at in seconds. */
  async #samplePercent(): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `SELECT GREATEST(reltuples, 0)::float8 AS count FROM pg_class WHERE oid = 'profiles'::regclass`,
    );
    return Math.min(100, (100 * backtestProfiles) / Math.max(1, row?.count ?? 0));
  }
}
