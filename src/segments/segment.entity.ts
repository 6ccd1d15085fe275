import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A named rule over profiles and their events. */
@Entity('segments')
export class SegmentEntity {
  @PrimaryColumn('text') key!: string;
  @Column('text') title!: string;
  @Column('text', { default: '' }) description!: string;
  @Column('jsonb') rule!: unknown;
  /** One more with each change of the rule; memberships say by which version somebody entered. */
  @Column('integer') version!: number;
  @Column('boolean', { default: true }) enabled!: boolean;
  @Column('boolean', { default: false }) provisioned!: boolean;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
