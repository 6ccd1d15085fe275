import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When an RFM score was found last, and where the fifths of all customers lay. */
@Entity('rfm_runs')
export class RfmRunEntity {
  @PrimaryColumn('text') score!: string;
  @Column('integer') version!: number;
  @Column('timestamptz') computed_at!: Date;
  @Column('integer') customers!: number;
  /** null: nobody has bought. */
  @Column('jsonb', { nullable: true }) breakpoints!: unknown;
}
