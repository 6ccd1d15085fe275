import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EventKind } from './incoming-event.js';
import type { EventData } from './event-data.js';

/** One immutable fact that arrived. Partitioned by month of `received_at`, see `event-partitions.service.ts`. */
@Entity('events')
@Index('events_profile_idx', ['profile_id', 'occurred_at', 'id'])
export class EventEntity {
  @PrimaryColumn('uuid') id!: string;
  @PrimaryColumn('timestamptz') received_at!: Date;
  @Column('timestamptz') occurred_at!: Date;
  @Column('text') source!: string;
  @Column('text') kind!: EventKind;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) channel!: string | null;
  @Column('uuid') profile_id!: string;
  @Column('jsonb') data!: EventData;
  /** The body as it came, for people; never read by code. */
  @Column('text') raw!: string;
}
