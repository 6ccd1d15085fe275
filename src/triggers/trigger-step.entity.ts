import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A step that a run has left behind, and how. */
@Entity('trigger_steps')
@Index('trigger_steps_funnel_idx', ['trigger', 'version', 'step', 'outcome'])
export class TriggerStepEntity {
  @PrimaryColumn('uuid') run!: string;
  @PrimaryColumn('integer') position!: number;
  @Column('text') trigger!: string;
  @Column('integer') version!: number;
  @Column('text') step!: string;
  @Column('text') outcome!: string;
  @Column('text', { nullable: true }) code!: string | null;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('uuid', { nullable: true }) action_run!: string | null;
  @Column('timestamptz') at!: Date;
}
