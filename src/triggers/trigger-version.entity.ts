import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a trigger did, or does, as long as one of its runs may still be in it. */
@Entity('trigger_versions')
export class TriggerVersionEntity {
  @PrimaryColumn('text') trigger!: string;
  @PrimaryColumn('integer') version!: number;
  @Column('jsonb') definition!: unknown;
  @Column('timestamptz') created_at!: Date;
}
