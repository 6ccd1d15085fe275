import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the complete providers need beside syncing: grants, a memory, actions, pulls of history, erasure. */
export class ProviderDepth1764100000000 implements MigrationInterface {
  name = 'ProviderDepth1764100000000';

  async up(db: QueryRunner): Promise<void> {
    for (const statement of up) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const statement of down) await db.query(statement);
  }
}

const up = [
  `ALTER TABLE remote_records ADD COLUMN lists jsonb NOT NULL DEFAULT '[]'`,
  `ALTER TABLE destination_states ADD COLUMN usage jsonb`,
  `CREATE TABLE destination_grants (
    destination text PRIMARY KEY,
    sealed text NOT NULL,
    revision integer NOT NULL,
    expires_at timestamptz,
    refused_reason text,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE authorization_requests (
    state_hash text PRIMARY KEY,
    destination text NOT NULL,
    sealed_verifier text NOT NULL,
    redirect_uri text NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  `CREATE TABLE destination_memory (
    destination text NOT NULL,
    name text NOT NULL,
    value jsonb NOT NULL,
    PRIMARY KEY (destination, name)
  )`,
  // One row per planned action; (origin, cause) makes it unique, so that a repeated cause plans nothing twice.
  `CREATE TABLE action_runs (
    id uuid PRIMARY KEY,
    destination text NOT NULL,
    action text NOT NULL,
    profile_id uuid,
    origin text NOT NULL,
    cause text NOT NULL,
    input jsonb NOT NULL,
    wanted_version integer,
    status text NOT NULL DEFAULT 'planned',
    due_at timestamptz,
    useful_until timestamptz,
    claim uuid,
    attempts integer NOT NULL DEFAULT 0,
    first_failed_at timestamptz,
    code text,
    reason text,
    reference text,
    detail jsonb,
    planned_at timestamptz NOT NULL,
    sent_at timestamptz,
    finished_at timestamptz
  )`,
  `CREATE UNIQUE INDEX action_runs_cause_idx ON action_runs (origin, cause)`,
  `CREATE INDEX action_runs_due_idx ON action_runs (destination, due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX action_runs_profile_idx ON action_runs (profile_id, id) WHERE profile_id IS NOT NULL`,
  `CREATE INDEX action_runs_destination_idx ON action_runs (destination, id)`,
  `CREATE TABLE pulls (
    destination text NOT NULL,
    stream text NOT NULL,
    watermark jsonb,
    cursor jsonb,
    started_at timestamptz,
    finished_at timestamptz,
    due_at timestamptz,
    puller uuid,
    pulled_until timestamptz,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    facts bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    stopped boolean NOT NULL DEFAULT false,
    PRIMARY KEY (destination, stream)
  )`,
  `CREATE INDEX pulls_due_idx ON pulls (due_at) WHERE due_at IS NOT NULL`,
  `CREATE TABLE erasures (
    id uuid PRIMARY KEY,
    profile_id uuid NOT NULL,
    destination text NOT NULL,
    object text NOT NULL,
    record jsonb NOT NULL,
    status text NOT NULL DEFAULT 'planned',
    due_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    first_failed_at timestamptz,
    reason text,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    finished_at timestamptz
  )`,
  `CREATE INDEX erasures_due_idx ON erasures (destination, due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX erasures_profile_idx ON erasures (profile_id)`,
];

const down = [
  'DROP TABLE erasures',
  'DROP TABLE pulls',
  'DROP TABLE action_runs',
  'DROP TABLE destination_memory',
  'DROP TABLE authorization_requests',
  'DROP TABLE destination_grants',
  'ALTER TABLE destination_states DROP COLUMN usage',
  'ALTER TABLE remote_records DROP COLUMN lists',
];
