import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ErasedRecord } from '../destinations/record.js';
import { ErasureEntity } from './erasure.entity.js';
import type { ErasureOutcome } from './erase-outcome.js';

/** A person to be forgotten at one destination. */
export interface PlannedErasure {
  readonly destination: string;
  readonly object: string;
  readonly record: ErasedRecord;
}

/** One this process works on now. */
export interface DueErasure {
  readonly id: string;
  readonly object: string;
  readonly record: ErasedRecord;
  readonly attempts: number;
  readonly firstFailedAt: Date | null;
}

/** The questions delivery asks about erasures. One drain per destination works on them, so there is nothing to claim. */
@Injectable()
export class Erasures {
  constructor(private readonly dataSource: DataSource) {}

  async plan(
    manager: EntityManager,
    erasures: readonly PlannedErasure[],
    requestedBy: string,
    now: Date,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO erasures (id, profile_id, destination, object, record, due_at, requested_by, requested_at)
       SELECT t.*, $6::timestamptz, $7, $6::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[]) AS t`,
      [
        erasures.map(() => uuidv7()),
        erasures.map(({ record }) => record.profileId),
        erasures.map(({ destination }) => destination),
        erasures.map(({ object }) => object),
        erasures.map(({ record }) => JSON.stringify(record)),
        now,
        requestedBy,
      ],
    );
  }

  due(destination: string, now: Date, limit: number): Promise<DueErasure[]> {
    return this.dataSource.query<DueErasure[]>(
      `SELECT id, object, record, attempts, first_failed_at AS "firstFailedAt" FROM erasures
       WHERE destination = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3`,
      [destination, now, limit],
    );
  }

  /** What is done forgets whom it was about. */
  async settle(outcomes: readonly ErasureOutcome[], now: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE erasures e SET status = t.status, reason = t.reason, due_at = t.due_at, attempts = t.attempts, first_failed_at = t.first_failed_at,
         finished_at = CASE WHEN t.due_at IS NULL THEN $2::timestamptz END, record = CASE WHEN t.status = 'erased' THEN '{}' ELSE e.record END
       FROM unnest($1::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::int[], $7::timestamptz[])
         AS t (id, status, reason, due_at, attempts, first_failed_at)
       WHERE e.id = t.id`,
      [
        outcomes.map(({ id }) => id),
        now,
        outcomes.map(({ status }) => status),
        outcomes.map(({ reason }) => reason),
        outcomes.map(({ dueAt }) => dueAt),
        outcomes.map(({ attempts }) => attempts),
        outcomes.map(({ firstFailedAt }) => firstFailedAt),
      ],
    );
  }

  async nextDue(destination: string): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>(
      `SELECT min(due_at) AS at FROM erasures WHERE destination = $1 AND due_at IS NOT NULL`,
      [destination],
    );
    return rows[0]?.at ?? null;
  }

  async dueDestinations(now: Date): Promise<string[]> {
    const rows = await this.dataSource.query<{ destination: string }[]>(
      `SELECT DISTINCT destination FROM erasures WHERE due_at <= $1`,
      [now],
    );
    return rows.map(({ destination }) => destination);
  }

  /** A person wants a failed one tried again. Returns its destination; null: there is no failed one with this id. */
  async retry(id: string, now: Date): Promise<string | null> {
    const [rows] = await this.dataSource.query<[{ destination: string }[], number]>(
      `UPDATE erasures SET status = 'planned', due_at = $2, attempts = 0, first_failed_at = NULL, finished_at = NULL
       WHERE id = $1 AND status = 'failed' RETURNING destination`,
      [id, now],
    );
    return rows[0]?.destination ?? null;
  }

  /** Newest first; `before` is the last id of the page before. */
  page(
    filter: { readonly profileId?: string | undefined },
    limit: number,
    before: string | null,
  ): Promise<ErasureEntity[]> {
    const query = this.dataSource.getRepository(ErasureEntity).createQueryBuilder('erasure');
    if (filter.profileId !== undefined) query.andWhere('erasure.profile_id = :profileId', filter);
    if (before !== null) query.andWhere('erasure.id < :before', { before });
    return query.orderBy('erasure.id', 'DESC').limit(limit).getMany();
  }
}
