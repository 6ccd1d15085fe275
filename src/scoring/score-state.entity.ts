import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What one score has to remember of one profile, so that the next event costs the same as the first. */
@Entity('score_states')
@Index('score_states_due_idx', ['due_at'], { where: '((due_at IS NOT NULL) AND (version > 0))' })
@Index('score_states_marked_idx', ['profile_id'], { where: 'version = 0' })
export class ScoreStateEntity {
  @PrimaryColumn('uuid') profile_id!: string;
  @PrimaryColumn('text') score!: string;
  /** Of the definition that it was counted with; 0: to be counted anew. */
  @Column('integer') version!: number;
  @Column('jsonb') state!: unknown;
  /** When it changes by itself next, by decay or because a window ends; null: never. */
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
}
