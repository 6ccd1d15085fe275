import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Json } from '../destinations/json.js';

/** How far one stream of a destination's history has been read. */
@Entity('pulls')
@Index('pulls_due_idx', ['due_at'], { where: 'due_at IS NOT NULL' })
export class PullEntity {
  @PrimaryColumn('text') destination!: string;
  @PrimaryColumn('text') stream!: string;
  /** What the last finished pull left; null: there was none, the next one reads everything. */
  @Column('jsonb', { nullable: true }) watermark!: Json;
  /** Where the pull under way goes on; null: it begins. */
  @Column('jsonb', { nullable: true }) cursor!: Json;
  @Column('timestamptz', { nullable: true }) started_at!: Date | null;
  @Column('timestamptz', { nullable: true }) finished_at!: Date | null;
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
  /** Who pulls, and until when that counts without a sign of life. */
  @Column('uuid', { nullable: true }) puller!: string | null;
  @Column('timestamptz', { nullable: true }) pulled_until!: Date | null;
  @Column('bigint', { default: 0 }) done!: string;
  @Column('bigint', { nullable: true }) total!: string | null;
  @Column('bigint', { default: 0 }) facts!: string;
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('text', { nullable: true }) error!: string | null;
  /** A person has stopped it. */
  @Column('boolean', { default: false }) stopped!: boolean;
}
