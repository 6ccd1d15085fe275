import { Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { DestinationEntity } from './destination.entity.js';

/** One version of a destination's mapping. The highest version counts; the others explain old deliveries. */
@Entity('mappings')
export class MappingEntity {
  @PrimaryColumn('text') destination!: string;
  @PrimaryColumn('integer') version!: number;
  @Column('jsonb') definition!: unknown;
  @Column('boolean', { default: false }) provisioned!: boolean;
  @CreateDateColumn({ type: 'timestamptz' }) created_at!: Date;
  @ManyToOne(() => DestinationEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'destination', foreignKeyConstraintName: 'mappings_destination_fkey' })
  owner!: Relation<DestinationEntity>;
}
