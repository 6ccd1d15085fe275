import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One planned execution of a destination's action; unique by what asked for it (`origin`) and why (`cause`). */
@Entity('action_runs')
@Index('action_runs_cause_idx', ['origin', 'cause'], { unique: true })
@Index('action_runs_due_idx', ['destination', 'due_at'], { where: 'due_at IS NOT NULL' })
@Index('action_runs_profile_idx', ['profile_id', 'id'], { where: 'profile_id IS NOT NULL' })
@Index('action_runs_destination_idx', ['destination', 'id'])
export class ActionRunEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') destination!: string;
  @Column('text') action!: string;
  /** null: it acts on the account. */
  @Column('uuid', { nullable: true }) profile_id!: string | null;
  /** `person/<who>` or `trigger/<key>`. */
  @Column('text') origin!: string;
  /** What makes it one: an idempotency key, or the segment entry or event that caused it. */
  @Column('text') cause!: string;
  @Column('jsonb') input!: unknown;
  /** It waits until the destination holds this version of the profile; null: it needs none. */
  @Column('integer', { nullable: true }) wanted_version!: number | null;
  @Column('text', { default: 'planned' }) status!: string;
  /** null: nothing more is to be done. */
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
  /** Later than this it is not done any more; null: always useful. */
  @Column('timestamptz', { nullable: true }) useful_until!: Date | null;
  @Column('uuid', { nullable: true }) claim!: string | null;
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('timestamptz', { nullable: true }) first_failed_at!: Date | null;
  @Column('text', { nullable: true }) code!: string | null;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('text', { nullable: true }) reference!: string | null;
  @Column('jsonb', { nullable: true }) detail!: unknown;
  @Column('timestamptz') planned_at!: Date;
  /** The last call was begun: without a `finished_at` its outcome is not known. */
  @Column('timestamptz', { nullable: true }) sent_at!: Date | null;
  @Column('timestamptz', { nullable: true }) finished_at!: Date | null;
}
