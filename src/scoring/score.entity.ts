import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A named score: points for what people do and are. */
@Entity('scores')
export class ScoreEntity {
  @PrimaryColumn('text') key!: string;
  @Column('text') title!: string;
  @Column('text', { default: '' }) description!: string;
  @Column('jsonb') definition!: unknown;
  @Column('integer') version!: number;
  /** The version that everybody has been marked for, to be counted. */
  @Column('integer', { default: 0 }) marked_version!: number;
  @Column('boolean', { default: true }) enabled!: boolean;
  @Column('boolean', { default: false }) provisioned!: boolean;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
