import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One attempt to bring a batch of sync marks to a destination. */
@Entity('deliveries')
@Index('deliveries_destination_idx', ['destination', 'id'])
export class DeliveryEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') destination!: string;
  @Column('integer') mapping_version!: number;
  @Column('timestamptz') started_at!: Date;
  @Column('timestamptz') finished_at!: Date;
  /** Requests the provider got for it. */
  @Column('integer') calls!: number;
  @Column('integer') records!: number;
  /** How many records ended how. */
  @Column('jsonb') outcomes!: Record<string, number>;
  @Column('text', { nullable: true }) error!: string | null;
}
