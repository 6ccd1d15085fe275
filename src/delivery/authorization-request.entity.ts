import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person was sent to the provider to agree, and has not come back yet. */
@Entity('authorization_requests')
export class AuthorizationRequestEntity {
  /** SHA-256 of the `state`. */
  @PrimaryColumn('text') state_hash!: string;
  @Column('text') destination!: string;
  @Column('text') sealed_verifier!: string;
  @Column('text') redirect_uri!: string;
  @Column('timestamptz') expires_at!: Date;
}
