import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema. What every hot query needs stands next to the table it is for; nothing here is created by `synchronize`.
 *
 * No foreign keys on the way of an event (events, identities, sync marks): each would lock one more row per event, and
 * nothing deletes their parents behind the pipeline's back.
 */
export class CreateParley1764000000000 implements MigrationInterface {
  name = 'CreateParley1764000000000';

  async up(db: QueryRunner): Promise<void> {
    for (const statement of up) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of tables.toReversed()) await db.query(`DROP TABLE ${table}`);
  }
}

const tables = [
  'sources',
  'destinations',
  'mappings',
  'configuration',
  'attribute_definitions',
  'profiles',
  'identities',
  'event_keys',
  'events',
  'consent_changes',
  'sync_marks',
  'remote_records',
  'destination_states',
  'deliveries',
  'delivery_records',
  'dead_letters',
  'api_keys',
];

const up = [
  `CREATE TABLE sources (
    key text PRIMARY KEY,
    platform text NOT NULL,
    title text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    secret_hashes text[] NOT NULL DEFAULT '{}',
    enabled boolean NOT NULL DEFAULT true,
    provisioned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE destinations (
    key text PRIMARY KEY,
    provider text NOT NULL,
    title text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    secrets text NOT NULL DEFAULT '',
    enabled boolean NOT NULL DEFAULT true,
    provisioned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  // Every version is kept: a delivery names the version it was mapped with.
  `CREATE TABLE mappings (
    destination text NOT NULL REFERENCES destinations (key) ON DELETE CASCADE,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    provisioned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (destination, version)
  )`,
  // One row: its revision grows with every change of sources, destinations and mappings, so each process knows when to read again.
  `CREATE TABLE configuration (
    id boolean PRIMARY KEY DEFAULT true,
    revision bigint NOT NULL DEFAULT 0,
    CONSTRAINT configuration_single_row CHECK (id)
  )`,
  `INSERT INTO configuration DEFAULT VALUES`,
  `CREATE TABLE attribute_definitions (
    key text PRIMARY KEY,
    type text NOT NULL,
    label text NOT NULL,
    inferred boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  // A quarter of each page stays free, so that updates stay in the page (HOT); rows stay whole, since they are read whole.
  `CREATE TABLE profiles (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}',
    attribute_provenance jsonb NOT NULL DEFAULT '[]',
    tags jsonb NOT NULL DEFAULT '[]',
    tag_provenance jsonb NOT NULL DEFAULT '{}',
    consents jsonb NOT NULL DEFAULT '{}',
    merged_into uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_event_at timestamptz NOT NULL
  ) WITH (fillfactor = 75, toast_tuple_target = 8160)`,
  `CREATE TABLE identities (
    kind text NOT NULL,
    namespace text NOT NULL,
    value text NOT NULL,
    profile_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, value, namespace)
  )`,
  `CREATE INDEX identities_profile_idx ON identities (profile_id)`,
  // Apart from events, because a partitioned table can only be unique within a partition.
  `CREATE TABLE event_keys (
    source text NOT NULL,
    key text NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    repeats_until timestamptz NOT NULL,
    PRIMARY KEY (source, key)
  ) WITH (fillfactor = 90)`,
  `CREATE INDEX event_keys_repeats_until_idx ON event_keys USING brin (repeats_until)`,
  `CREATE TABLE events (
    id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    channel text,
    profile_id uuid NOT NULL,
    data jsonb NOT NULL,
    raw text NOT NULL,
    PRIMARY KEY (id, received_at)
  ) PARTITION BY RANGE (received_at)`,
  `CREATE INDEX events_profile_idx ON events (profile_id, occurred_at, id)`,
  // Nothing is lost if a month's partition was not made in time.
  `CREATE TABLE events_default PARTITION OF events DEFAULT WITH (toast_tuple_target = 8160)`,
  `CREATE TABLE consent_changes (
    id uuid PRIMARY KEY,
    profile_id uuid NOT NULL,
    purpose text NOT NULL,
    status text NOT NULL,
    previous text NOT NULL,
    occurred_at timestamptz NOT NULL,
    source text NOT NULL,
    event_id uuid NOT NULL,
    evidence text NOT NULL
  )`,
  `CREATE INDEX consent_changes_profile_idx ON consent_changes (profile_id, occurred_at)`,
  `CREATE TABLE sync_marks (
    destination text NOT NULL,
    profile_id uuid NOT NULL,
    wanted_version integer NOT NULL,
    delivered_version integer NOT NULL DEFAULT 0,
    waiting_since timestamptz,
    due_at timestamptz,
    claim uuid,
    attempts integer NOT NULL DEFAULT 0,
    first_failed_at timestamptz,
    outcome text NOT NULL DEFAULT 'waiting',
    reason text,
    PRIMARY KEY (destination, profile_id)
  ) WITH (fillfactor = 75)`,
  `CREATE INDEX sync_marks_due_idx ON sync_marks (destination, due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX sync_marks_profile_idx ON sync_marks (profile_id)`,
  `CREATE TABLE remote_records (
    destination text NOT NULL,
    profile_id uuid NOT NULL,
    key text NOT NULL,
    remote_id text NOT NULL,
    fields jsonb NOT NULL,
    tags jsonb NOT NULL DEFAULT '[]',
    dropped jsonb NOT NULL DEFAULT '[]',
    consents jsonb NOT NULL DEFAULT '{}',
    memo jsonb,
    delivered_version integer NOT NULL,
    mapping_version integer NOT NULL,
    delivery_id uuid NOT NULL,
    delivered_at timestamptz NOT NULL,
    PRIMARY KEY (destination, profile_id)
  )`,
  `CREATE INDEX remote_records_remote_idx ON remote_records (destination, remote_id)`,
  `CREATE TABLE destination_states (
    destination text PRIMARY KEY,
    drainer uuid,
    drained_until timestamptz,
    rests_until timestamptz,
    rest_reason text,
    paused_reason text,
    breaker jsonb NOT NULL DEFAULT '{}',
    resynced_mapping integer NOT NULL DEFAULT 0
  )`,
  `CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    destination text NOT NULL,
    mapping_version integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    calls integer NOT NULL,
    records integer NOT NULL,
    outcomes jsonb NOT NULL,
    error text
  )`,
  `CREATE INDEX deliveries_destination_idx ON deliveries (destination, id)`,
  `CREATE TABLE delivery_records (
    delivery_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    destination text NOT NULL,
    profile_version integer NOT NULL,
    outcome text NOT NULL,
    code text,
    message text,
    field text,
    remote_id text,
    sent jsonb,
    dropped jsonb,
    PRIMARY KEY (delivery_id, profile_id)
  )`,
  `CREATE INDEX delivery_records_profile_idx ON delivery_records (profile_id, delivery_id)`,
  `CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    origin text NOT NULL,
    subject text NOT NULL,
    profile_id uuid,
    cause text NOT NULL,
    message text NOT NULL,
    request jsonb NOT NULL,
    answer jsonb,
    occurrences integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    resolution text,
    resolved_at timestamptz
  )`,
  // One open letter per subject: a repeated failure counts up, it does not pile up.
  `CREATE UNIQUE INDEX dead_letters_open_idx ON dead_letters (kind, origin, subject) WHERE resolved_at IS NULL`,
  `CREATE INDEX dead_letters_cause_idx ON dead_letters (cause, id)`,
  `CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    hash text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL
  )`,
];
