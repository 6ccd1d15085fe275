import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SegmentBackfillEntity } from './segment-backfill.entity.js';

/** Every process reads a changed configuration within a second; before that, one may still decide by the old rule. */
export const untilKnownMs = 2_500;
/** A worker that shows no sign of life for so long is taken for dead. */
export const leaseMs = 15_000;

/** A segment with work to do that nobody is at. */
export interface DueBackfill extends Pick<SegmentBackfillEntity, 'segment' | 'cursor'> {
  /** Deleted or switched off: everybody leaves it. */
  readonly isGone: boolean;
}

/** What came of one page of profiles, for one segment. */
export interface BackfillProgress {
  readonly segment: string;
  readonly entered: number;
  readonly left: number;
}

/** How far each changed rule has been brought to everybody. */
@Injectable()
export class SegmentBackfills {
  constructor(private readonly dataSource: DataSource) {}

  /** From the beginning; whatever was under way for an older version is over. */
  async plan(manager: EntityManager, segment: string, version: number, now: Date): Promise<void> {
    await manager.query(
      `INSERT INTO segment_backfills (segment, version, state, not_before) VALUES ($1, $2, 'waiting', $3)
       ON CONFLICT (segment) DO UPDATE SET version = $2, state = 'waiting', not_before = $3, cursor = NULL, done = 0, total = NULL, entered = 0,
         left_count = 0, worker = NULL, worker_until = NULL, error = NULL, started_at = NULL, finished_at = NULL`,
      [segment, version, new Date(now.getTime() + untilKnownMs)],
    );
  }

  find(segment: string): Promise<SegmentBackfillEntity | null> {
    return this.dataSource.getRepository(SegmentBackfillEntity).findOneBy({ segment });
  }

  /** What waits longest comes first. */
  due(now: Date): Promise<DueBackfill[]> {
    return this.dataSource.query<DueBackfill[]>(
      `SELECT segment, cursor, NOT EXISTS (SELECT FROM segments s WHERE s.key = segment AND s.enabled) AS "isGone" FROM segment_backfills
       WHERE state IN ('waiting', 'running') AND not_before <= $1 AND (worker_until IS NULL OR worker_until <= $1) ORDER BY not_before, segment`,
      [now],
    );
  }

  /** Those of these segments that are still due are the worker's from now on. */
  async take(worker: string, segments: readonly string[], now: Date): Promise<SegmentBackfillEntity[]> {
    const [rows] = await this.dataSource.query<[SegmentBackfillEntity[], number]>(
      `UPDATE segment_backfills SET worker = $1, worker_until = $4, state = 'running', started_at = COALESCE(started_at, $3)
       WHERE segment = ANY ($2::text[]) AND state IN ('waiting', 'running') AND not_before <= $3
         AND (worker_until IS NULL OR worker_until <= $3) RETURNING *`,
      [worker, segments, now, new Date(now.getTime() + leaseMs)],
    );
    return rows;
  }

  /**
   * Notes how far all segments of the worker have come, and keeps them. Returns those it still has: the others were stopped or planned anew.
   *
   * @param cursor the last profile that was looked at
   */
  async progress(
    worker: string,
    { cursor, seen }: { readonly cursor: string; readonly seen: number },
    found: readonly BackfillProgress[],
    now: Date,
  ): Promise<ReadonlySet<string>> {
    const [rows] = await this.dataSource.query<[{ segment: string }[], number]>(
      // Without waiting for the disk: what a crash takes back is done again, and changes nothing.
      `WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
       UPDATE segment_backfills b SET worker_until = $4, cursor = $2, done = done + $3, entered = b.entered + found.entered,
         left_count = left_count + found.departed
       FROM unnest($5::text[], $6::int[], $7::int[]) AS found (segment, entered, departed), hasty
       WHERE b.worker = $1 AND b.segment = found.segment RETURNING b.segment`,
      [
        worker,
        cursor,
        seen,
        new Date(now.getTime() + leaseMs),
        found.map(({ segment }) => segment),
        found.map(({ entered }) => entered),
        found.map(({ left }) => left),
      ],
    );
    return new Set(rows.map(({ segment }) => segment));
  }

  async keep(worker: string, now: Date): Promise<void> {
    await this.dataSource.query('UPDATE segment_backfills SET worker_until = $2 WHERE worker = $1', [
      worker,
      new Date(now.getTime() + leaseMs),
    ]);
  }

  async expect(worker: string, total: number): Promise<void> {
    await this.dataSource.query('UPDATE segment_backfills SET total = $2 WHERE worker = $1 AND total IS NULL', [
      worker,
      total,
    ]);
  }

  async finish(worker: string, now: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE segment_backfills SET state = 'done', finished_at = $2, error = NULL, worker = NULL, worker_until = NULL WHERE worker = $1`,
      [worker, now],
    );
  }

  /** Taken up again where it stopped, not before the moment given. @param error null: nothing went wrong */
  async letGo(worker: string, notBefore: Date, error: string | null): Promise<void> {
    await this.dataSource.query(
      `UPDATE segment_backfills SET worker = NULL, worker_until = NULL, not_before = GREATEST(not_before, $2), error = COALESCE($3, error)
       WHERE worker = $1`,
      [worker, notBefore, error],
    );
  }

  /** A person stops it, or lets it go on. Returns false when there is nothing of the kind. */
  async setStopped(segment: string, stopped: boolean): Promise<boolean> {
    const [rows] = await this.dataSource.query<[object[], number]>(
      `UPDATE segment_backfills SET state = $2, worker = NULL, worker_until = NULL WHERE segment = $1 AND state = ANY ($3::text[]) RETURNING 1`,
      [segment, stopped ? 'stopped' : 'waiting', stopped ? ['waiting', 'running'] : ['stopped']],
    );
    return rows.length > 0;
  }
}
