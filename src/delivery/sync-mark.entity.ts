import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * "This profile has news for this destination." Due when `due_at` has come.
 * A claim names the drain that works on it; there is one drain per destination at a time, so a claim of another one is a dead one's.
 */
@Entity('sync_marks')
@Index('sync_marks_due_idx', ['destination', 'due_at'], { where: 'due_at IS NOT NULL' })
@Index('sync_marks_profile_idx', ['profile_id'])
export class SyncMarkEntity {
  @PrimaryColumn('text') destination!: string;
  @PrimaryColumn('uuid') profile_id!: string;
  @Column('integer') wanted_version!: number;
  @Column('integer', { default: 0 }) delivered_version!: number;
  /** Since when there has been undelivered news; null: there is none. */
  @Column('timestamptz', { nullable: true }) waiting_since!: Date | null;
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
  @Column('uuid', { nullable: true }) claim!: string | null;
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('timestamptz', { nullable: true }) first_failed_at!: Date | null;
  /** How the last attempt ended, one of `MarkOutcome`; `waiting` before the first. */
  @Column('text', { default: 'waiting' }) outcome!: string;
  @Column('text', { nullable: true }) reason!: string | null;
}
