import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EventKind } from '../events/incoming-event.js';

/** A kind and name of event that a source has sent, and how often. */
@Entity('source_event_names')
export class SourceEventNameEntity {
  @PrimaryColumn('text') source!: string;
  @PrimaryColumn('text') kind!: EventKind;
  @PrimaryColumn('text') name!: string;
  @Column('bigint') count!: string;
  @Column('timestamptz') first_at!: Date;
  @Column('timestamptz') last_at!: Date;
}
