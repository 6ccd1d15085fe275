import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row whose revision grows with every change of sources, destinations and mappings. */
@Entity('configuration')
@Check('configuration_single_row', '"id"')
export class ConfigurationEntity {
  @PrimaryColumn('boolean', { default: true }) id!: boolean;
  @Column('bigint', { default: 0 }) revision!: string;
}
