import { Column, Entity, PrimaryColumn } from 'typeorm';

export type RoundKind = 'schedule' | 'dates';

/** What a trigger does with many people at once, page by page: it can be stopped, and goes on where it was. */
@Entity('trigger_rounds')
export class TriggerRoundEntity {
  @PrimaryColumn('text') trigger!: string;
  /** schedule: everybody in its segment. dates: everybody with its date, when the trigger is new or changed. */
  @Column('text') kind!: RoundKind;
  @Column('integer') version!: number;
  /** When the next round begins; null: none is to come. */
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
  /** The round under way, by the moment it was due; null: none is. */
  @Column('timestamptz', { nullable: true }) round_at!: Date | null;
  /** The last profile that it has looked at. */
  @Column('uuid', { nullable: true }) cursor!: string | null;
  @Column('bigint', { default: 0 }) done!: string;
  @Column('uuid', { nullable: true }) worker!: string | null;
  @Column('timestamptz', { nullable: true }) worker_until!: Date | null;
  @Column('text', { nullable: true }) error!: string | null;
  @Column('timestamptz', { nullable: true }) finished_at!: Date | null;
}
