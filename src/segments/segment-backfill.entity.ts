import { Column, Entity, PrimaryColumn } from 'typeorm';

export type BackfillState = 'waiting' | 'running' | 'done' | 'stopped';

/** How far a new or changed rule has been brought to everybody. */
@Entity('segment_backfills')
export class SegmentBackfillEntity {
  @PrimaryColumn('text') segment!: string;
  @Column('integer') version!: number;
  @Column('text') state!: BackfillState;
  /** The last profile that was looked at; null: none yet. */
  @Column('uuid', { nullable: true }) cursor!: string | null;
  /** Not earlier: by then every process evaluates the new rule; after an error, when it is tried again. */
  @Column('timestamptz') not_before!: Date;
  @Column('bigint', { default: 0 }) done!: string;
  @Column('bigint', { nullable: true }) total!: string | null;
  @Column('bigint', { default: 0 }) entered!: string;
  @Column('bigint', { default: 0 }) left_count!: string;
  @Column('uuid', { nullable: true }) worker!: string | null;
  @Column('timestamptz', { nullable: true }) worker_until!: Date | null;
  /** What interrupted it last; null: nothing, or it is done. */
  @Column('text', { nullable: true }) error!: string | null;
  @Column('timestamptz', { nullable: true }) started_at!: Date | null;
  @Column('timestamptz', { nullable: true }) finished_at!: Date | null;
}
