import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type DeadLetterKind = 'event' | 'sync' | 'action';

/** A record that will not succeed without a person: kept with request, answer and reason; can be replayed. */
@Entity('dead_letters')
@Index('dead_letters_open_idx', ['kind', 'origin', 'subject'], { unique: true, where: 'resolved_at IS NULL' })
@Index('dead_letters_cause_idx', ['cause', 'id'])
export class DeadLetterEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') kind!: DeadLetterKind;
  /** The source of an event, the destination of a sync or an action. */
  @Column('text') origin!: string;
  /** The dedupe key of an event, the profile's id of a sync, the run's id of an action. */
  @Column('text') subject!: string;
  @Column('uuid', { nullable: true }) profile_id!: string | null;
  /** Machine-readable, for grouping: the provider's code, or the kind of failure. */
  @Column('text') cause!: string;
  @Column('text') message!: string;
  @Column('jsonb') request!: unknown;
  @Column('jsonb', { nullable: true }) answer!: unknown;
  @Column('integer', { default: 1 }) occurrences!: number;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') last_at!: Date;
  /** `replayed`, `delivered` (a later version went through) or `dismissed` (its destination was deleted). */
  @Column('text', { nullable: true }) resolution!: string | null;
  @Column('timestamptz', { nullable: true }) resolved_at!: Date | null;
}
