import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** A mark that this process works on now. */
export interface ClaimedMark {
  readonly profileId: string;
  readonly wantedVersion: number;
  /** When it was due; if the mark says something else later, somebody has made it due anew. */
  readonly dueAt: Date;
  readonly attempts: number;
  readonly firstFailedAt: Date | null;
}

/** How an attempt ended for a mark. With `retryAt` it is due again then; without, the mark rests until there is news. */
export interface MarkResult {
  readonly profileId: string;
  /** The version the attempt was about. */
  readonly version: number;
  /** As claimed. */
  readonly dueAt: Date;
  /** The destination holds this version now, or has nothing to learn from it. */
  readonly settled: boolean;
  readonly outcome: string;
  readonly reason: string | null;
  readonly retryAt: Date | null;
  readonly attempts: number;
  readonly firstFailedAt: Date | null;
}

/** What is due and not in this pass already, oldest first; a claim of a drain that died is taken over. Index: sync_marks_due_idx. */
const claim = `
  UPDATE sync_marks mark SET claim = $3
  FROM (
    SELECT profile_id FROM sync_marks
    WHERE destination = $1 AND due_at <= $2 AND claim IS DISTINCT FROM $3
    ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED
  ) due
  WHERE mark.destination = $1 AND mark.profile_id = due.profile_id
  RETURNING mark.profile_id AS "profileId", mark.wanted_version AS "wantedVersion", mark.due_at AS "dueAt", mark.attempts, mark.first_failed_at AS "firstFailedAt"`;

/**
 * Sorted, as the pipeline marks them, so that neither waits for the other in a circle. What came in, or was made due, meanwhile stays due.
 * A JavaScript date has milliseconds, PostgreSQL's has microseconds: compared exactly, a mark would never settle.
 */
const settle = `
  WITH result AS (
    SELECT * FROM unnest($3::uuid[], $4::int[], $5::boolean[], $6::text[], $7::text[], $8::timestamptz[], $9::int[], $10::timestamptz[], $11::timestamptz[])
      AS t (profile_id, version, settled, outcome, reason, retry_at, attempts, first_failed_at, claimed_due_at)
  ), held AS (
    SELECT profile_id FROM sync_marks WHERE destination = $1 AND claim = $2 AND profile_id IN (SELECT profile_id FROM result)
    ORDER BY profile_id FOR UPDATE
  )
  UPDATE sync_marks mark SET
    claim = NULL,
    outcome = result.outcome, reason = result.reason, attempts = result.attempts, first_failed_at = result.first_failed_at,
    delivered_version = CASE WHEN result.settled THEN GREATEST(mark.delivered_version, result.version) ELSE mark.delivered_version END,
    due_at = CASE
      WHEN mark.wanted_version > result.version OR date_trunc('milliseconds', mark.due_at) <> result.claimed_due_at THEN GREATEST(mark.due_at, result.retry_at)
      ELSE result.retry_at END,
    waiting_since = CASE
      WHEN mark.wanted_version > result.version OR date_trunc('milliseconds', mark.due_at) <> result.claimed_due_at OR result.retry_at IS NOT NULL THEN mark.waiting_since END
  FROM result JOIN held USING (profile_id)
  WHERE mark.destination = $1 AND mark.profile_id = result.profile_id`;

/** The questions delivery asks about sync marks. */
@Injectable()
export class SyncMarks {
  constructor(private readonly dataSource: DataSource) {}

  async claim(destination: string, now: Date, token: string, limit: number): Promise<ClaimedMark[]> {
    const [rows] = await this.dataSource.query<[ClaimedMark[], number]>(claim, [destination, now, token, limit]);
    return rows;
  }

  async settle(
    manager: EntityManager,
    destination: string,
    token: string,
    results: readonly MarkResult[],
  ): Promise<void> {
    await manager.query(settle, [
      destination,
      token,
      results.map((result) => result.profileId),
      results.map((result) => result.version),
      results.map((result) => result.settled),
      results.map((result) => result.outcome),
      results.map((result) => result.reason),
      results.map((result) => result.retryAt),
      results.map((result) => result.attempts),
      results.map((result) => result.firstFailedAt),
      results.map((result) => result.dueAt),
    ]);
  }

  /** When the next mark can be worked on; null: none is waiting. */
  async nextDue(destination: string): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>(
      `SELECT min(due_at) AS at FROM sync_marks WHERE destination = $1`,
      [destination],
    );
    return rows[0]?.at ?? null;
  }

  /** Destinations with something due. */
  async dueDestinations(now: Date): Promise<string[]> {
    const rows = await this.dataSource.query<{ destination: string }[]>(
      `SELECT key AS destination FROM destinations d WHERE enabled AND EXISTS (
         SELECT FROM sync_marks m WHERE m.destination = d.key AND m.due_at <= $1)`,
      [now],
    );
    return rows.map(({ destination }) => destination);
  }

  waiting(): Promise<{ destination: string; count: number; since: Date }[]> {
    return this.dataSource.query(
      `SELECT destination, count(*)::int AS count, min(waiting_since) AS since FROM sync_marks WHERE due_at IS NOT NULL GROUP BY destination`,
    );
  }

  /** Makes marks due now, whatever their outcome was, without forgetting what they wanted. */
  async makeDue(destination: string, profileIds: readonly string[], now: Date): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO sync_marks AS mark (destination, profile_id, wanted_version, waiting_since, due_at)
       SELECT $1, id, version, $3, $3 FROM profiles WHERE id = ANY ($2::uuid[]) AND merged_into IS NULL ORDER BY id
       ON CONFLICT (destination, profile_id) DO UPDATE SET
         wanted_version = excluded.wanted_version, waiting_since = COALESCE(mark.waiting_since, $3), due_at = $3, attempts = 0, first_failed_at = NULL`,
      [destination, profileIds, now],
    );
  }
}
