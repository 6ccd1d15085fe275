import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What makes a second delivery a repetition. Forgotten some time after `repeats_until`. */
@Entity('event_keys')
@Index('event_keys_repeats_until_idx', { synchronize: false }) // BRIN, which a decorator cannot describe
export class EventKeyEntity {
  @PrimaryColumn('text') source!: string;
  @PrimaryColumn('text') key!: string;
  @Column('uuid') event_id!: string;
  @Column('timestamptz') received_at!: Date;
  @Column('timestamptz') repeats_until!: Date;
}
