import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Consents } from '../consent/consent.js';
import type { FieldValue, Json } from '../destinations/destination.js';

/** What a destination is known to hold of a profile: the ledger of our own last write. */
@Entity('remote_records')
@Index('remote_records_remote_idx', ['destination', 'remote_id'])
export class RemoteRecordEntity {
  @PrimaryColumn('text') destination!: string;
  @PrimaryColumn('uuid') profile_id!: string;
  @Column('text') key!: string;
  @Column('text') remote_id!: string;
  @Column('jsonb') fields!: Record<string, FieldValue>;
  @Column('jsonb', { default: [] }) tags!: string[];
  /** Lists we have put the record into. */
  @Column('jsonb', { default: [] }) lists!: string[];
  /** Fields whose value was sent and refused: not sent again until it changes, or a resync tries once more. */
  @Column('jsonb', { default: [] }) dropped!: string[];
  @Column('jsonb', { default: {} }) consents!: Consents;
  @Column('jsonb', { nullable: true }) memo!: Json;
  @Column('integer') delivered_version!: number;
  @Column('integer') mapping_version!: number;
  @Column('uuid') delivery_id!: string;
  @Column('timestamptz') delivered_at!: Date;
}
