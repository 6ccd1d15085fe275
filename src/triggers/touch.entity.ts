import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A time that a trigger reached a person, or is about to: what frequency caps count. */
@Entity('touches')
@Index('touches_profile_idx', ['profile_id', 'at'])
@Index('touches_at_idx', ['at'])
export class TouchEntity {
  @PrimaryColumn('uuid') action_run!: string;
  @Column('uuid') profile_id!: string;
  @Column('text') channel!: string;
  @Column('text') trigger!: string;
  @Column('timestamptz') at!: Date;
}
