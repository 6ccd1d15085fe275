import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was entered and left lately, by segment; scores that are counted anew apart from those that fade; RFM. */
export class SegmentHistory1764450000000 implements MigrationInterface {
  name = 'SegmentHistory1764450000000';

  async up(db: QueryRunner): Promise<void> {
    for (const statement of up) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const statement of down) await db.query(statement);
  }
}

const up = [
  // By profile first: a person's stays lie together, and their history needs no index of its own.
  `ALTER TABLE segment_memberships DROP CONSTRAINT segment_memberships_pkey`,
  `ALTER TABLE segment_memberships ADD PRIMARY KEY (profile_id, segment, entered_at)`,
  `DROP INDEX segment_memberships_profile_idx`,
  `CREATE INDEX segment_memberships_entered_idx ON segment_memberships (segment, entered_at, profile_id)`,
  `CREATE INDEX segment_memberships_left_idx ON segment_memberships (segment, left_at, profile_id) WHERE left_at IS NOT NULL`,
  // A million profiles that wait to be counted anew must not stand in front of a score that fades now.
  `DROP INDEX score_states_due_idx`,
  `CREATE INDEX score_states_due_idx ON score_states (due_at) WHERE due_at IS NOT NULL AND version > 0`,
  `CREATE INDEX score_states_marked_idx ON score_states (profile_id) WHERE version = 0`,
  `CREATE TABLE rfm_runs (
    score text PRIMARY KEY,
    version integer NOT NULL,
    computed_at timestamptz NOT NULL,
    customers integer NOT NULL,
    breakpoints jsonb
  )`,
  // What a run has found and nobody has been told yet; empty most of the time.
  `CREATE TABLE rfm_changes (
    score text NOT NULL,
    profile_id uuid NOT NULL,
    recency smallint NOT NULL,
    frequency smallint NOT NULL,
    monetary smallint NOT NULL,
    anew boolean NOT NULL,
    PRIMARY KEY (score, profile_id)
  )`,
];

const down = [
  'DROP TABLE rfm_changes',
  'DROP TABLE rfm_runs',
  'DROP INDEX score_states_marked_idx',
  'DROP INDEX score_states_due_idx',
  'CREATE INDEX score_states_due_idx ON score_states (due_at) WHERE due_at IS NOT NULL',
  'DROP INDEX segment_memberships_left_idx',
  'DROP INDEX segment_memberships_entered_idx',
  'CREATE INDEX segment_memberships_profile_idx ON segment_memberships (profile_id, entered_at)',
  'ALTER TABLE segment_memberships DROP CONSTRAINT segment_memberships_pkey',
  'ALTER TABLE segment_memberships ADD PRIMARY KEY (segment, profile_id, entered_at)',
];
