import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ConsentStatus, Purpose } from './consent.js';

/** One change of a consent, with its proof. Never updated, never deleted but by erasure. */
@Entity('consent_changes')
@Index('consent_changes_profile_idx', ['profile_id', 'occurred_at'])
export class ConsentChangeEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') profile_id!: string;
  @Column('text') purpose!: Purpose;
  @Column('text') status!: ConsentStatus;
  @Column('text') previous!: ConsentStatus;
  @Column('timestamptz') occurred_at!: Date;
  @Column('text') source!: string;
  @Column('uuid') event_id!: string;
  @Column('text') evidence!: string;
}
