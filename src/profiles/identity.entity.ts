import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { IdentityKind } from './identity.js';

/** Whose identifier this is. */
@Entity('identities')
@Index('identities_profile_idx', ['profile_id'])
export class IdentityEntity {
  @PrimaryColumn('text') kind!: IdentityKind;
  @PrimaryColumn('text') value!: string;
  @PrimaryColumn('text') namespace!: string;
  @Column('uuid') profile_id!: string;
  @Column('timestamptz') created_at!: Date;
}
