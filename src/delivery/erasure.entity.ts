import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ErasedRecord } from '../destinations/record.js';

/** A person is to be forgotten at one destination. Holds what is needed to find them there until it is done, and then no more. */
@Entity('erasures')
@Index('erasures_due_idx', ['destination', 'due_at'], { where: 'due_at IS NOT NULL' })
@Index('erasures_profile_idx', ['profile_id'])
export class ErasureEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') profile_id!: string;
  @Column('text') destination!: string;
  @Column('text') object!: string;
  /** Emptied when it is done. */
  @Column('jsonb') record!: ErasedRecord | Record<string, never>;
  @Column('text', { default: 'planned' }) status!: string;
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('timestamptz', { nullable: true }) first_failed_at!: Date | null;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('text') requested_by!: string;
  @Column('timestamptz') requested_at!: Date;
  @Column('timestamptz', { nullable: true }) finished_at!: Date | null;
}
