import { Column, Entity, PrimaryColumn } from 'typeorm';

/** New fifths of one customer, found and on their way into the profile. */
@Entity('rfm_changes')
export class RfmChangeEntity {
  @PrimaryColumn('text') score!: string;
  @PrimaryColumn('uuid') profile_id!: string;
  @Column('smallint') recency!: number;
  @Column('smallint') frequency!: number;
  @Column('smallint') monetary!: number;
}
