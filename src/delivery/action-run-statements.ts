import type { Statement } from '../events/batch.js';

/**
 * What caused a run has to be at the destination before it: its sync is brought forward, and where there is none (nothing the mapping looks
 * at, or a new destination) the person is delivered first. The run waits for the version the mark wants now.
 */
export const bringForward: Statement = {
  name: 'sync-marks-bring-forward',
  text: `INSERT INTO sync_marks AS mark (destination, profile_id, wanted_version, waiting_since, due_at)
    SELECT DISTINCT t.destination, p.id, p.version, $3::timestamptz, $3::timestamptz
    FROM unnest($1::text[], $2::uuid[]) AS t (destination, profile_id) JOIN profiles p ON p.id = t.profile_id AND p.merged_into IS NULL
    ORDER BY 1, 2
    ON CONFLICT (destination, profile_id) DO UPDATE SET
      due_at = CASE WHEN mark.due_at IS NULL OR mark.attempts > 0 THEN mark.due_at ELSE LEAST(mark.due_at, excluded.due_at) END`,
};
export const insertRuns: Statement = {
  name: 'action-runs-plan',
  text: `INSERT INTO action_runs (id, destination, action, profile_id, origin, cause, input, due_at, useful_until, planned_at, wanted_version)
    SELECT t.*, $10::timestamptz, m.wanted_version
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[], $8::timestamptz[], $9::timestamptz[])
      AS t (id, destination, action, profile_id, origin, cause, input, due_at, useful_until)
    LEFT JOIN sync_marks m ON m.destination = t.destination AND m.profile_id = t.profile_id
    ON CONFLICT (origin, cause) DO NOTHING
    RETURNING id`,
};

/** Its time has come, and the destination has spoken about the data that caused it. Index: action_runs_due_idx. */
export const ready = `(run.wanted_version IS NULL OR mark.profile_id IS NULL OR mark.due_at IS NULL OR mark.delivered_version >= run.wanted_version)`;
export const withMarks = `action_runs run LEFT JOIN sync_marks mark ON mark.destination = run.destination AND mark.profile_id = run.profile_id`;
export const claim = `
  UPDATE action_runs claimed SET claim = $3
  FROM (SELECT run.id FROM ${withMarks}
    WHERE run.destination = $1 AND run.due_at <= $2 AND run.claim IS DISTINCT FROM $3 AND ${ready}
    ORDER BY run.due_at LIMIT $4 FOR UPDATE OF run SKIP LOCKED) due
  WHERE claimed.id = due.id
  RETURNING claimed.id, action, origin, profile_id AS "profileId", input, wanted_version AS "wantedVersion", useful_until AS "usefulUntil", attempts,
    first_failed_at AS "firstFailedAt", planned_at AS "plannedAt", sent_at AS "sentAt"`;

export const readStandings: Statement = {
  name: 'action-runs-standings',
  text: `SELECT id, status, code, reason, finished_at AS "finishedAt" FROM action_runs WHERE id = ANY ($1::uuid[])`,
};

export const settle = `
  UPDATE action_runs run SET claim = NULL, status = t.status, code = t.code, reason = t.reason, reference = COALESCE(t.reference, run.reference),
    detail = COALESCE(t.detail, run.detail), due_at = t.due_at, attempts = t.attempts, first_failed_at = t.first_failed_at,
    sent_at = CASE WHEN t.keeps_sent_at OR t.due_at IS NULL THEN run.sent_at END, finished_at = CASE WHEN t.due_at IS NULL THEN $3::timestamptz END
  FROM unnest($1::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::timestamptz[], $10::int[], $11::timestamptz[], $12::boolean[])
    AS t (id, status, code, reason, reference, detail, due_at, attempts, first_failed_at, keeps_sent_at)
  WHERE run.id = t.id AND run.claim = $2 AND run.status <> 'cancelled'`;
