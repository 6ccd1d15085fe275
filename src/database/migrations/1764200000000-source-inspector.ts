import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What sources sent lately and what became of it, the names of their events, and what people are told. */
export class SourceInspector1764200000000 implements MigrationInterface {
  name = 'SourceInspector1764200000000';

  async up(db: QueryRunner): Promise<void> {
    for (const statement of up) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const statement of down) await db.query(statement);
  }
}

const up = [
  `CREATE TABLE source_requests (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    received_at timestamptz NOT NULL,
    outcome text NOT NULL,
    detail text,
    took_ms integer NOT NULL,
    method text NOT NULL,
    remote_address text NOT NULL,
    query jsonb NOT NULL,
    headers jsonb NOT NULL,
    body text NOT NULL,
    cut boolean NOT NULL,
    events jsonb NOT NULL,
    profile_id uuid,
    status integer,
    answer jsonb,
    left_out jsonb NOT NULL
  )`,
  `CREATE INDEX source_requests_source_idx ON source_requests (source, received_at, id)`,
  `CREATE INDEX source_requests_profile_idx ON source_requests (profile_id) WHERE profile_id IS NOT NULL`,
  // Answered before they were processed: looked for after a crash.
  `CREATE INDEX source_requests_late_idx ON source_requests (received_at) WHERE outcome = 'late'`,
  `CREATE TABLE source_event_names (
    source text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    count bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (source, kind, name)
  )`,
  `CREATE TABLE content_templates (
    key text PRIMARY KEY,
    source text NOT NULL,
    title text NOT NULL,
    moment text NOT NULL,
    segment text,
    priority integer NOT NULL,
    definition jsonb NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    provisioned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
];

const down = [`DROP TABLE content_templates`, `DROP TABLE source_event_names`, `DROP TABLE source_requests`];
