import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RunStatus } from './journey/run-status.js';
import type { RunContext } from './planning/run-context.js';

/** One planned execution of a trigger, for one profile and one cause. */
@Entity('trigger_runs')
@Index('trigger_runs_cause_idx', ['trigger', 'profile_id', 'cause'], { unique: true })
@Index('trigger_runs_due_idx', ['due_at'], { where: 'due_at IS NOT NULL AND NOT paused' })
@Index('trigger_runs_open_idx', ['profile_id'], { where: 'finished_at IS NULL' })
@Index('trigger_runs_open_trigger_idx', ['trigger', 'version'], { where: 'finished_at IS NULL' })
@Index('trigger_runs_status_idx', ['trigger', 'status', 'id'])
@Index('trigger_runs_planned_idx', ['trigger', 'planned_at'])
@Index('trigger_runs_profile_idx', ['profile_id', 'id'])
@Index('trigger_runs_action_idx', ['action_run'], { where: 'action_run IS NOT NULL' })
export class TriggerRunEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') trigger!: string;
  @Column('integer') version!: number;
  @Column('uuid') profile_id!: string;
  /** What makes it one, for example `segment/abandoned-cart/entered/2026-11-30T10:00:00.000Z`. */
  @Column('text') cause!: string;
  @Column('timestamptz') caused_at!: Date;
  @Column('uuid', { nullable: true }) event_id!: string | null;
  @Column('jsonb') context!: RunContext;
  @Column('text') status!: RunStatus;
  @Column('text', { nullable: true }) code!: string | null;
  @Column('text', { nullable: true }) reason!: string | null;
  /** Where it stands; null: it has come to its end. */
  @Column('text', { nullable: true }) step!: string | null;
  /** When that step began or was due: waits are counted from here. */
  @Column('timestamptz') step_at!: Date;
  /** When it is looked at next; null: when something else says so. */
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
  /** Its trigger is switched off. */
  @Column('boolean', { default: false }) paused!: boolean;
  /** The action that is under way, or was the last one. */
  @Column('uuid', { nullable: true }) action_run!: string | null;
  /** What makes it be looked at again at once, see `planning/watch.ts`. */
  @Column('text', { array: true, default: [] }) watches!: string[];
  @Column('timestamptz') planned_at!: Date;
  @Column('timestamptz', { nullable: true }) finished_at!: Date | null;
}
