import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The first moment at which one of the profile's answers could change without news. */
@Entity('segment_rechecks')
@Index('segment_rechecks_due_idx', ['due_at'])
export class SegmentRecheckEntity {
  @PrimaryColumn('uuid') profile_id!: string;
  @Column('timestamptz') due_at!: Date;
}
