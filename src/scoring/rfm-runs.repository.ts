import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { uuidArray } from '../database/binary-array.js';
import { type RfmBreakpoints, type RfmDefinition, rfmEveryMs, rfmKeys } from './rfm.js';
import { breakpointsOf, rfmBreakpointsSql, type RfmBreakpointsRow, rfmChangesSql, type RfmRow } from './rfm-sql.js';

/** An RFM score as this process knows it. */
export interface ActiveRfm {
  readonly key: string;
  readonly version: number;
  readonly definition: RfmDefinition;
}

/** For people: a run, and the four values between the fifths. */
export interface LastRun {
  readonly at: Date;
  readonly customers: number;
  readonly fifths: (Omit<RfmBreakpoints, 'recency'> & { readonly recency: readonly Date[] }) | null;
}

/** New fifths of one customer. */
export interface RfmChange extends RfmRow {
  /** Found because the definition is new or changed. */
  readonly anew: boolean;
}

/** When everybody was put into fifths last, and whose new ones are on their way into the profile. */
@Injectable()
export class RfmRuns {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Puts everybody into fifths, if that is due and no other process is at it, and keeps what has changed until it is in the profiles. Reads all
   * purchases twice, profiles once.
   *
   * @returns whether it was done
   */
  refresh(rfm: ActiveRfm, now: Date): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const [lock] = await manager.query<{ held: boolean }[]>(
        `SELECT pg_try_advisory_xact_lock(hashtextextended('rfm/' || $1, 0)) AS held`,
        [rfm.key],
      );
      if (lock?.held !== true) return false;
      const [last] = await manager.query<{ version: number; computed_at: Date }[]>(
        'SELECT version, computed_at FROM rfm_runs WHERE score = $1',
        [rfm.key],
      );
      const isAnew = last?.version !== rfm.version;
      if (!isAnew && last.computed_at.getTime() + rfmEveryMs(rfm.definition) > now.getTime()) return false;
      await find(manager, rfm, isAnew, now);
      return true;
    });
  }

  changes(score: string, limit: number): Promise<RfmChange[]> {
    return this.dataSource.query<RfmChange[]>(
      'SELECT profile_id, recency, frequency, monetary, anew FROM rfm_changes WHERE score = $1 ORDER BY profile_id LIMIT $2',
      [score, limit],
    );
  }

  /** They are in the profiles; a newer change that was found meanwhile stays. */
  async settle(score: string, told: readonly RfmRow[]): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM rfm_changes c USING unnest($2::uuid[], $3::int[], $4::int[], $5::int[]) AS told (profile_id, recency, frequency, monetary)
       WHERE c.score = $1 AND c.profile_id = told.profile_id
         AND (c.recency, c.frequency, c.monetary) = (told.recency, told.frequency, told.monetary)`,
      [
        score,
        uuidArray(told.map((row) => row.profile_id)),
        told.map(({ recency }) => recency),
        told.map(({ frequency }) => frequency),
        told.map(({ monetary }) => monetary),
      ],
    );
  }

  /** When it was last, and where the fifths lie. null: never yet */
  async last(score: string): Promise<LastRun | null> {
    const [row] = await this.dataSource.query<{ at: Date; customers: number; fifths: RfmBreakpoints | null }[]>(
      'SELECT computed_at AS at, customers, breakpoints AS fifths FROM rfm_runs WHERE score = $1',
      [score],
    );
    if (row === undefined) return null;
    const { at, customers, fifths } = row;
    if (fifths === null) return { at, customers, fifths };
    return { at, customers, fifths: { ...fifths, recency: fifths.recency.map((ms) => new Date(ms)) } };
  }
}

async function find(
  manager: EntityManager,
  { key, version, definition }: ActiveRfm,
  isAnew: boolean,
  now: Date,
): Promise<void> {
  const first = rfmBreakpointsSql(definition, now.getTime());
  const [row] = await manager.query<RfmBreakpointsRow[]>(first.text, [...first.values]);
  const breakpoints = row === undefined ? null : breakpointsOf(row);
  const changes = rfmChangesSql(definition, breakpoints, now.getTime(), rfmKeys(key));
  const [score, anew] = [changes.values.length + 1, changes.values.length + 2].map((place) => `$${String(place)}`);
  await manager.query('DELETE FROM rfm_changes WHERE score = $1', [key]);
  await manager.query(
    `INSERT INTO rfm_changes (score, profile_id, recency, frequency, monetary, anew)
     SELECT ${String(score)}::text, changed.*, ${String(anew)}::boolean FROM (${changes.text}) AS changed ON CONFLICT DO NOTHING`,
    [...changes.values, key, isAnew],
  );
  await manager.query(
    `INSERT INTO rfm_runs (score, version, computed_at, customers, breakpoints) VALUES ($1, $2, $3, $4, $5::jsonb)
     ON CONFLICT (score) DO UPDATE SET version = excluded.version, computed_at = excluded.computed_at, customers = excluded.customers,
       breakpoints = excluded.breakpoints`,
    [key, version, now, row?.customers ?? 0, breakpoints === null ? null : JSON.stringify(breakpoints)],
  );
}
