import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a provider has granted us for one account (OAuth). */
@Entity('destination_grants')
export class DestinationGrantEntity {
  @PrimaryColumn('text') destination!: string;
  /** The grant as a sealed box. */
  @Column('text') sealed!: string;
  /** One more at each refresh, so that processes see that another one has refreshed it. */
  @Column('integer') revision!: number;
  @Column('timestamptz', { nullable: true }) expires_at!: Date | null;
  /** Set when the provider took the grant back: a person has to connect the account again. */
  @Column('text', { nullable: true }) refused_reason!: string | null;
  @Column('timestamptz') updated_at!: Date;
}
