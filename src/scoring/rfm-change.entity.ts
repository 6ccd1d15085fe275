import { Column, Entity, PrimaryColumn } from 'typeorm';

/** New fifths of one customer, found and on their way into the profile. */
@Entity('rfm_changes')
export class RfmChangeEntity {
  @PrimaryColumn('text') score!: string;
  @PrimaryColumn('uuid') profile_id!: string;
  @Column('smallint') recency!: number;
  @Column('smallint') frequency!: number;
  @Column('smallint') monetary!: number;
  /** Found because the definition is new or changed, not because somebody bought or time passed. */
  @Column('boolean') anew!: boolean;
}
