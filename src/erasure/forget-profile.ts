/**
 * What forgets a person, table by table; `$1` holds the ids of the profile and of all profiles that were merged into it. In this order:
 * what refers to something goes before it. A test holds this list against every column of the schema that names a profile.
 */
export const forgetStatements = {
  event_keys: `DELETE FROM event_keys WHERE event_id IN (SELECT id FROM events WHERE profile_id = ANY ($1::uuid[]))`,
  events: `DELETE FROM events WHERE profile_id = ANY ($1::uuid[])`,
  consent_changes: `DELETE FROM consent_changes WHERE profile_id = ANY ($1::uuid[])`,
  sync_marks: `DELETE FROM sync_marks WHERE profile_id = ANY ($1::uuid[])`,
  remote_records: `DELETE FROM remote_records WHERE profile_id = ANY ($1::uuid[])`,
  delivery_records: `DELETE FROM delivery_records WHERE profile_id = ANY ($1::uuid[])`,
  dead_letters: `DELETE FROM dead_letters WHERE profile_id = ANY ($1::uuid[])`,
  trigger_steps: `DELETE FROM trigger_steps WHERE run IN (SELECT id FROM trigger_runs WHERE profile_id = ANY ($1::uuid[]))`,
  trigger_runs: `DELETE FROM trigger_runs WHERE profile_id = ANY ($1::uuid[])`,
  trigger_dates: `DELETE FROM trigger_dates WHERE profile_id = ANY ($1::uuid[])`,
  touches: `DELETE FROM touches WHERE profile_id = ANY ($1::uuid[])`,
  action_runs: `DELETE FROM action_runs WHERE profile_id = ANY ($1::uuid[])`,
  segment_memberships: `DELETE FROM segment_memberships WHERE profile_id = ANY ($1::uuid[])`,
  segment_rechecks: `DELETE FROM segment_rechecks WHERE profile_id = ANY ($1::uuid[])`,
  rfm_changes: `DELETE FROM rfm_changes WHERE profile_id = ANY ($1::uuid[])`,
  score_states: `DELETE FROM score_states WHERE profile_id = ANY ($1::uuid[])`,
  source_requests: `DELETE FROM source_requests WHERE profile_id = ANY ($1::uuid[])`,
  identities: `DELETE FROM identities WHERE profile_id = ANY ($1::uuid[])`,
  profiles: `DELETE FROM profiles WHERE id = ANY ($1::uuid[])`,
} as const;

/** Tables that name a profile and keep the row: the proof that somebody was forgotten, without who it was. */
export const keptTables = ['erasures'] as const;
