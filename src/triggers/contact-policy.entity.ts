import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one contact policy there is. */
@Entity('contact_policy')
export class ContactPolicyEntity {
  @PrimaryColumn('integer', { default: 1 }) id!: number;
  @Column('jsonb') definition!: unknown;
  @Column('boolean', { default: false }) provisioned!: boolean;
  @Column('timestamptz') updated_at!: Date;
}
