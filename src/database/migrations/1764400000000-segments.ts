import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Segments, who is in them since when and why, when an answer could change by itself, and scores. */
export class Segments1764400000000 implements MigrationInterface {
  name = 'Segments1764400000000';

  async up(db: QueryRunner): Promise<void> {
    for (const statement of up) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const statement of down) await db.query(statement);
  }
}

const up = [
  // What a person is in now travels with the profile: known with it, locked with it, cached with it.
  `ALTER TABLE profiles ADD COLUMN segments jsonb NOT NULL DEFAULT '{}'`,
  `CREATE TABLE segments (
    key text PRIMARY KEY,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    rule jsonb NOT NULL,
    version integer NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    provisioned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE segment_memberships (
    segment text NOT NULL,
    profile_id uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    left_at timestamptz,
    entered_by text NOT NULL,
    entered_event uuid,
    left_by text,
    left_event uuid,
    segment_version integer NOT NULL,
    PRIMARY KEY (segment, profile_id, entered_at)
  )`,
  `CREATE UNIQUE INDEX segment_memberships_open_idx ON segment_memberships (segment, profile_id) WHERE left_at IS NULL`,
  `CREATE INDEX segment_memberships_profile_idx ON segment_memberships (profile_id, entered_at)`,
  // One moment per profile: the first at which any of its answers could change without news.
  `CREATE TABLE segment_rechecks (
    profile_id uuid PRIMARY KEY,
    due_at timestamptz NOT NULL
  )`,
  `CREATE INDEX segment_rechecks_due_idx ON segment_rechecks (due_at)`,
  `CREATE TABLE segment_backfills (
    segment text PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    cursor uuid,
    not_before timestamptz NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    entered bigint NOT NULL DEFAULT 0,
    left_count bigint NOT NULL DEFAULT 0,
    worker uuid,
    worker_until timestamptz,
    error text,
    started_at timestamptz,
    finished_at timestamptz
  )`,
  `CREATE TABLE segment_percentiles (
    name text PRIMARY KEY,
    attribute text NOT NULL,
    fraction double precision NOT NULL,
    threshold double precision,
    computed_at timestamptz NOT NULL
  )`,
  `CREATE TABLE scores (
    key text PRIMARY KEY,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    definition jsonb NOT NULL,
    version integer NOT NULL,
    marked_version integer NOT NULL DEFAULT 0,
    enabled boolean NOT NULL DEFAULT true,
    provisioned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE score_states (
    profile_id uuid NOT NULL,
    score text NOT NULL,
    version integer NOT NULL,
    state jsonb NOT NULL,
    due_at timestamptz,
    PRIMARY KEY (profile_id, score)
  )`,
  `CREATE INDEX score_states_due_idx ON score_states (due_at) WHERE due_at IS NOT NULL`,
];

const down = [
  'DROP TABLE score_states',
  'DROP TABLE scores',
  'DROP TABLE segment_percentiles',
  'DROP TABLE segment_backfills',
  'DROP TABLE segment_rechecks',
  'DROP TABLE segment_memberships',
  'DROP TABLE segments',
  'ALTER TABLE profiles DROP COLUMN segments',
];
