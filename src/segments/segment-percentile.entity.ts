import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The value that separates the top (or bottom) part of all profiles, as last computed. */
@Entity('segment_percentiles')
export class SegmentPercentileEntity {
  @PrimaryColumn('text') name!: string;
  @Column('text') attribute!: string;
  /** 0.05 for the top 5 %. */
  @Column('double precision') fraction!: number;
  /** null: nobody has the attribute. */
  @Column('double precision', { nullable: true }) threshold!: number | null;
  @Column('timestamptz') computed_at!: Date;
}
