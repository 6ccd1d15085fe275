import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Consents } from '../consent/consent.js';
import type { AttributeValue } from './attribute.js';
import type { TagProvenance } from './profile.js';
import type { StoredProvenance } from './stored-provenance.js';

/** One person. Written by the pipeline only. */
@Entity('profiles')
export class ProfileEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('integer') version!: number;
  @Column('jsonb', { default: {} }) attributes!: Record<string, AttributeValue>;
  @Column('jsonb', { default: [] }) attribute_provenance!: StoredProvenance;
  @Column('jsonb', { default: [] }) tags!: string[];
  @Column('jsonb', { default: {} }) tag_provenance!: Record<string, TagProvenance>;
  @Column('jsonb', { default: {} }) consents!: Consents;
  @Column('jsonb', { default: {} }) segments!: Record<string, number>;
  /** Set when two profiles turned out to be one person: the survivor. */
  @Column('uuid', { nullable: true }) merged_into!: string | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
  @Column('timestamptz') last_event_at!: Date;
}
