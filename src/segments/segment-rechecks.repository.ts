import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A profile whose answers may change by themselves at this moment. */
export interface Recheck {
  readonly profileId: string;
  readonly dueAt: Date;
}

/** The moments at which answers could change without news. */
@Injectable()
export class SegmentRechecks {
  constructor(private readonly dataSource: DataSource) {}

  /** Oldest first. Index: segment_rechecks_due_idx. */
  due(now: Date, limit: number): Promise<Recheck[]> {
    return this.dataSource.query<Recheck[]>(
      `SELECT profile_id AS "profileId", due_at AS "dueAt" FROM segment_rechecks WHERE due_at <= $1 ORDER BY due_at LIMIT $2`,
      [now, limit],
    );
  }

  /** Only ever earlier: other answers of the same profile may change before. */
  async bringForward(rechecks: readonly Recheck[]): Promise<void> {
    if (rechecks.length === 0) return;
    await this.dataSource.query(
      `INSERT INTO segment_rechecks AS known (profile_id, due_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ORDER BY 1
       ON CONFLICT (profile_id) DO UPDATE SET due_at = excluded.due_at WHERE known.due_at > excluded.due_at`,
      [rechecks.map(({ profileId }) => profileId), rechecks.map(({ dueAt }) => dueAt)],
    );
  }

  /** Of profiles that were erased or merged away while somebody noted a moment for them. Returns how many there were. */
  async forgetGone(profileIds: readonly string[]): Promise<number> {
    const [, count] = await this.dataSource.query<[object[], number]>(
      `DELETE FROM segment_rechecks r WHERE profile_id = ANY ($1::uuid[])
         AND NOT EXISTS (SELECT FROM profiles p WHERE p.id = r.profile_id AND p.merged_into IS NULL)`,
      [profileIds],
    );
    return count;
  }

  /** What cannot be done now must not stand in front of what can. */
  async postpone(profileIds: readonly string[], until: Date): Promise<void> {
    await this.dataSource.query(
      'UPDATE segment_rechecks SET due_at = $2 WHERE profile_id = ANY ($1::uuid[]) AND due_at < $2',
      [profileIds, until],
    );
  }

  async nextDue(): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>('SELECT min(due_at) AS at FROM segment_rechecks');
    return rows[0]?.at ?? null;
  }
}
