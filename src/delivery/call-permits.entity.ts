import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PermitBook } from './permit-book.js';

/** Who may make how many of an account's calls: what all processes share of its limits. */
@Entity('call_permits')
export class CallPermitsEntity {
  @PrimaryColumn('text') account!: string;
  /** One more at each visit: of two that come at the same moment one has to look again. */
  @Column('bigint') revision!: string;
  @Column('jsonb') book!: PermitBook;
}
