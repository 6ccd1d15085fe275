import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { ContentDefinition } from './content-template.js';

/** What the people of a source are told at a moment. */
@Entity('content_templates')
export class ContentTemplateEntity {
  @PrimaryColumn('text') key!: string;
  @Column('text') source!: string;
  @Column('text') title!: string;
  /** Name of the event that it answers; `*`: every event. */
  @Column('text') moment!: string;
  /** Only for who is in it; null: for everybody. */
  @Column('text', { nullable: true }) segment!: string | null;
  @Column('integer') priority!: number;
  @Column('jsonb') definition!: ContentDefinition;
  @Column('boolean', { default: true }) enabled!: boolean;
  /** Comes from a configuration file and can be changed only there. */
  @Column('boolean', { default: false }) provisioned!: boolean;
  @CreateDateColumn({ type: 'timestamptz' }) created_at!: Date;
  @UpdateDateColumn({ type: 'timestamptz' }) updated_at!: Date;
}
