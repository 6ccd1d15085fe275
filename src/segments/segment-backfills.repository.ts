import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SegmentBackfillEntity } from './segment-backfill.entity.js';

/** Every process reads a changed configuration within a second; before that, one may still decide by the old rule. */
const untilKnownMs = 2_500;
/** A worker that shows no sign of life for so long is taken for dead. */
export const leaseMs = 15_000;

export interface BackfillProgress {
  readonly cursor: string;
  readonly done: number;
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

  /** Segments with work to do that nobody is at. */
  async due(now: Date): Promise<string[]> {
    const rows = await this.dataSource.query<{ segment: string }[]>(
      `SELECT segment FROM segment_backfills
       WHERE state IN ('waiting', 'running') AND not_before <= $1 AND (worker_until IS NULL OR worker_until <= $1) ORDER BY not_before`,
      [now],
    );
    return rows.map(({ segment }) => segment);
  }

  /** Takes it, or keeps it; null: somebody else has it, it was stopped, or there is nothing to do. */
  async hold(segment: string, worker: string, now: Date): Promise<SegmentBackfillEntity | null> {
    const [rows] = await this.dataSource.query<[SegmentBackfillEntity[], number]>(
      `UPDATE segment_backfills SET worker = $2, worker_until = $4, state = 'running', started_at = COALESCE(started_at, $3)
       WHERE segment = $1 AND state IN ('waiting', 'running') AND not_before <= $3 AND (worker = $2 OR worker_until IS NULL OR worker_until <= $3)
       RETURNING *`,
      [segment, worker, now, new Date(now.getTime() + leaseMs)],
    );
    return rows[0] ?? null;
  }

  async progress(segment: string, worker: string, { cursor, done, entered, left }: BackfillProgress): Promise<void> {
    await this.dataSource.query(
      `UPDATE segment_backfills SET cursor = $3, done = done + $4, entered = entered + $5, left_count = left_count + $6
       WHERE segment = $1 AND worker = $2`,
      [segment, worker, cursor, done, entered, left],
    );
  }

  async expect(segment: string, worker: string, total: number): Promise<void> {
    await this.dataSource.query('UPDATE segment_backfills SET total = $3 WHERE segment = $1 AND worker = $2', [
      segment,
      worker,
      total,
    ]);
  }

  async finish(segment: string, worker: string, now: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE segment_backfills SET state = 'done', finished_at = $3, worker = NULL, worker_until = NULL WHERE segment = $1 AND worker = $2`,
      [segment, worker, now],
    );
  }

  /** The next sweep goes on where it stopped. */
  async letGo(segment: string, worker: string, error: string | null): Promise<void> {
    await this.dataSource.query(
      `UPDATE segment_backfills SET worker = NULL, worker_until = NULL, error = $3 WHERE segment = $1 AND worker = $2`,
      [segment, worker, error],
    );
  }

  /** A person stops it, or lets it go on. Returns false when there is nothing of the kind. */
  async setStopped(segment: string, stopped: boolean): Promise<boolean> {
    const [rows] = await this.dataSource.query<[object[], number]>(
      `UPDATE segment_backfills SET state = $2, worker = NULL, worker_until = NULL WHERE segment = $1 AND state = ANY ($3::text[]) RETURNING 1`,
      [segment, stopped ? 'stopped' : 'waiting', stopped ? ['waiting', 'running'] : ['stopped', 'failed']],
    );
    return rows.length > 0;
  }
}
