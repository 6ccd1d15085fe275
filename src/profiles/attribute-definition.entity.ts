import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { AttributeType } from './attribute.js';

/** The declared type of one attribute; inferred from the first value that arrived unless a person declared it. */
@Entity('attribute_definitions')
export class AttributeDefinitionEntity {
  @PrimaryColumn('text') key!: string;
  @Column('text') type!: AttributeType;
  @Column('text') label!: string;
  @Column('boolean', { default: true }) inferred!: boolean;
  @CreateDateColumn({ type: 'timestamptz' }) created_at!: Date;
}
