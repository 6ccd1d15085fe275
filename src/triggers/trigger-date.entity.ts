import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** When a date of a person comes near, for a trigger that waits for it. */
@Entity('trigger_dates')
@Index('trigger_dates_due_idx', ['due_at'])
@Index('trigger_dates_profile_idx', ['profile_id'])
export class TriggerDateEntity {
  @PrimaryColumn('text') trigger!: string;
  @PrimaryColumn('uuid') profile_id!: string;
  /** The attribute's value that it was worked out from. */
  @Column('text') value!: string;
  @Column('timestamptz') due_at!: Date;
}
