import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BreakerState } from './breaker.js';

/** How a destination is doing: who drains it, whether it rests or waits for a person. */
@Entity('destination_states')
export class DestinationStateEntity {
  @PrimaryColumn('text') destination!: string;
  @Column('uuid', { nullable: true }) drainer!: string | null;
  @Column('timestamptz', { nullable: true }) drained_until!: Date | null;
  @Column('timestamptz', { nullable: true }) rests_until!: Date | null;
  @Column('text', { nullable: true }) rest_reason!: string | null;
  /** Set when credentials were refused: nothing is tried until a person has reconnected it. */
  @Column('text', { nullable: true }) paused_reason!: string | null;
  @Column('jsonb', { default: {} }) breaker!: BreakerState | Record<string, never>;
  /** The mapping version that every profile has been marked for. */
  @Column('integer', { default: 0 }) resynced_mapping!: number;
}
