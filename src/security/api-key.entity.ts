import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A key to the API; only its SHA-256 is kept. */
@Entity('api_keys')
@Unique('api_keys_hash_key', ['hash'])
export class ApiKeyEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') name!: string;
  @Column('text') hash!: string;
  @Column('timestamptz') created_at!: Date;
}
