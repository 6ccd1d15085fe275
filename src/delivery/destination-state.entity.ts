import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { BreakerState } from './breaker.js';

/** As `UsageReport`, with its times as text, and when it was said. */
export interface StoredUsage {
  readonly limit: number;
  readonly remaining: number;
  readonly resetsAt: string | null;
  readonly at: string;
}

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
  /** What the provider last said of the daily allowance. */
  @Column('jsonb', { nullable: true }) usage!: StoredUsage | null;
  /** The mapping version that every profile has been marked for. */
  @Column('integer', { default: 0 }) resynced_mapping!: number;
}
