import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Triggers, their runs step by step, what they wait for, and how often people were reached. */
export class Triggers1764500000000 implements MigrationInterface {
  name = 'Triggers1764500000000';

  async up(db: QueryRunner): Promise<void> {
    for (const statement of up) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const statement of down) await db.query(statement);
  }
}

const up = [
  `CREATE TABLE triggers (
    key text PRIMARY KEY,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    version integer NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    provisioned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  // Every version that a run may still be in; runs finish the version they began.
  `CREATE TABLE trigger_versions (
    trigger text NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (trigger, version)
  )`,
  `CREATE TABLE trigger_runs (
    id uuid PRIMARY KEY,
    trigger text NOT NULL,
    version integer NOT NULL,
    profile_id uuid NOT NULL,
    cause text NOT NULL,
    caused_at timestamptz NOT NULL,
    event_id uuid,
    context jsonb NOT NULL,
    status text NOT NULL,
    code text,
    reason text,
    step text,
    step_at timestamptz NOT NULL,
    due_at timestamptz,
    paused boolean NOT NULL DEFAULT false,
    action_run uuid,
    watches text[] NOT NULL DEFAULT '{}',
    planned_at timestamptz NOT NULL,
    finished_at timestamptz
  )`,
  `CREATE UNIQUE INDEX trigger_runs_cause_idx ON trigger_runs (trigger, profile_id, cause)`,
  `CREATE INDEX trigger_runs_due_idx ON trigger_runs (due_at) WHERE due_at IS NOT NULL AND NOT paused`,
  `CREATE INDEX trigger_runs_open_idx ON trigger_runs (profile_id) WHERE finished_at IS NULL`,
  `CREATE INDEX trigger_runs_open_trigger_idx ON trigger_runs (trigger, version) WHERE finished_at IS NULL`,
  `CREATE INDEX trigger_runs_status_idx ON trigger_runs (trigger, status, id)`,
  `CREATE INDEX trigger_runs_planned_idx ON trigger_runs (trigger, planned_at)`,
  `CREATE INDEX trigger_runs_profile_idx ON trigger_runs (profile_id, id)`,
  `CREATE INDEX trigger_runs_action_idx ON trigger_runs (action_run) WHERE action_run IS NOT NULL`,
  `CREATE TABLE trigger_steps (
    run uuid NOT NULL,
    position integer NOT NULL,
    trigger text NOT NULL,
    version integer NOT NULL,
    step text NOT NULL,
    outcome text NOT NULL,
    code text,
    reason text,
    action_run uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (run, position)
  )`,
  `CREATE INDEX trigger_steps_funnel_idx ON trigger_steps (trigger, version, step, outcome)`,
  // When a date of a person comes near: one moment per trigger and person.
  `CREATE TABLE trigger_dates (
    trigger text NOT NULL,
    profile_id uuid NOT NULL,
    value text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (trigger, profile_id)
  )`,
  `CREATE INDEX trigger_dates_due_idx ON trigger_dates (due_at)`,
  `CREATE INDEX trigger_dates_profile_idx ON trigger_dates (profile_id)`,
  // What a trigger does with many people at once: everybody in a segment on schedule, everybody with a date when it is new.
  `CREATE TABLE trigger_rounds (
    trigger text PRIMARY KEY,
    kind text NOT NULL,
    version integer NOT NULL,
    due_at timestamptz,
    round_at timestamptz,
    cursor uuid,
    done bigint NOT NULL DEFAULT 0,
    worker uuid,
    worker_until timestamptz,
    error text,
    finished_at timestamptz
  )`,
  `CREATE TABLE touches (
    action_run uuid PRIMARY KEY,
    profile_id uuid NOT NULL,
    channel text NOT NULL,
    trigger text NOT NULL,
    at timestamptz NOT NULL
  )`,
  `CREATE INDEX touches_profile_idx ON touches (profile_id, at)`,
  `CREATE INDEX touches_at_idx ON touches (at)`,
  `CREATE TABLE contact_policy (
    id integer PRIMARY KEY DEFAULT 1,
    definition jsonb NOT NULL,
    provisioned boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL
  )`,
];

const down = [
  'DROP TABLE contact_policy',
  'DROP TABLE touches',
  'DROP TABLE trigger_rounds',
  'DROP TABLE trigger_dates',
  'DROP TABLE trigger_steps',
  'DROP TABLE trigger_runs',
  'DROP TABLE trigger_versions',
  'DROP TABLE triggers',
];
