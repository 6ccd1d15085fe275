import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { DroppedField, FieldValue } from '../destinations/destination.js';

/** One record of a delivery with its outcome: what was sent, what came back. */
@Entity('delivery_records')
@Index('delivery_records_profile_idx', ['profile_id', 'delivery_id'])
export class DeliveryRecordEntity {
  @PrimaryColumn('uuid') delivery_id!: string;
  @PrimaryColumn('uuid') profile_id!: string;
  @Column('text') destination!: string;
  @Column('integer') profile_version!: number;
  @Column('text') outcome!: string;
  @Column('text', { nullable: true }) code!: string | null;
  @Column('text', { nullable: true }) message!: string | null;
  @Column('text', { nullable: true }) field!: string | null;
  @Column('text', { nullable: true }) remote_id!: string | null;
  @Column('jsonb', { nullable: true }) sent!: Record<string, FieldValue> | null;
  @Column('jsonb', { nullable: true }) dropped!: readonly DroppedField[] | null;
}
