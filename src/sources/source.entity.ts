import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** One chatbot account that calls us. */
@Entity('sources')
export class SourceEntity {
  @PrimaryColumn('text') key!: string;
  @Column('text') platform!: string;
  @Column('text') title!: string;
  @Column('jsonb', { default: {} }) settings!: object;
  /** SHA-256 of each secret that is valid now, in hexadecimal; two while a secret is being rotated. */
  @Column('text', { array: true, default: [] }) secret_hashes!: string[];
  @Column('boolean', { default: true }) enabled!: boolean;
  /** Comes from a configuration file and can be changed only there. */
  @Column('boolean', { default: false }) provisioned!: boolean;
  @CreateDateColumn({ type: 'timestamptz' }) created_at!: Date;
  @UpdateDateColumn({ type: 'timestamptz' }) updated_at!: Date;
}
