import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RequestOutcome, SeenEvent } from './seen-request.js';

/** One request of a source, with what became of it. Only the last ones are kept. */
@Entity('source_requests')
@Index('source_requests_source_idx', ['source', 'received_at', 'id'])
@Index('source_requests_profile_idx', ['profile_id'], { where: 'profile_id IS NOT NULL' })
@Index('source_requests_late_idx', ['received_at'], { where: `outcome = 'late'` })
export class SourceRequestEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') source!: string;
  @Column('timestamptz') received_at!: Date;
  @Column('text') outcome!: RequestOutcome;
  /** Why, where it was not simply processed. */
  @Column('text', { nullable: true }) detail!: string | null;
  @Column('integer') took_ms!: number;
  @Column('text') method!: string;
  @Column('text') remote_address!: string;
  /** Without secrets. */
  @Column('jsonb') query!: Record<string, string>;
  /** Values only of headers that hold no secret. */
  @Column('jsonb') headers!: Record<string, string>;
  @Column('text') body!: string;
  /** The body was too long to be kept whole; such a request cannot be replayed. */
  @Column('boolean') cut!: boolean;
  @Column('jsonb') events!: SeenEvent[];
  /** Whose it was; null: nobody's that is known. */
  @Column('uuid', { nullable: true }) profile_id!: string | null;
  @Column('integer', { nullable: true }) status!: number | null;
  @Column('jsonb', { nullable: true }) answer!: unknown;
  @Column('jsonb') left_out!: string[];
}
