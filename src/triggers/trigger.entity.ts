import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A trigger; what it does stands in its versions. */
@Entity('triggers')
export class TriggerEntity {
  @PrimaryColumn('text') key!: string;
  @Column('text') title!: string;
  @Column('text', { default: '' }) description!: string;
  /** The version that new runs get; grows with each change of the definition. */
  @Column('integer') version!: number;
  @Column('boolean', { default: true }) enabled!: boolean;
  @Column('boolean', { default: false }) provisioned!: boolean;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
