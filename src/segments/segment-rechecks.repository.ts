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

  async nextDue(): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>('SELECT min(due_at) AS at FROM segment_rechecks');
    return rows[0]?.at ?? null;
  }
}
