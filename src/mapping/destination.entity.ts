import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** One connected CRM or e-mail account. */
@Entity('destinations')
export class DestinationEntity {
  @PrimaryColumn('text') key!: string;
  @Column('text') provider!: string;
  @Column('text') title!: string;
  /** Without the secrets. */
  @Column('jsonb', { default: {} }) settings!: object;
  /** The secret settings as one sealed box, see `security/secret-box.ts`; '' if there are none. */
  @Column('text', { default: '' }) secrets!: string;
  /** How its history is read, as an admin says. */
  @Column('jsonb', { default: {} }) pulls!: object;
  @Column('boolean', { default: true }) enabled!: boolean;
  @Column('boolean', { default: false }) provisioned!: boolean;
  @CreateDateColumn({ type: 'timestamptz' }) created_at!: Date;
  @UpdateDateColumn({ type: 'timestamptz' }) updated_at!: Date;
}
