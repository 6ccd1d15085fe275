import type { RunStatus } from '../journey/run-status.js';
import type { RunContext } from '../planning/run-context.js';
import type { SqlQuery } from './sql-query.js';

/** A run that is looked at now, locked. */
export interface ClaimedRun {
  readonly id: string;
  readonly trigger: string;
  readonly version: number;
  readonly profileId: string;
  readonly causedAt: Date;
  readonly eventId: string | null;
  readonly context: RunContext;
  readonly status: RunStatus;
  readonly step: string;
  readonly stepAt: Date;
  readonly dueAt: Date;
  readonly actionRun: string | null;
}

/** A run that is due, not locked. */
export interface DueRun {
  readonly id: string;
  readonly profileId: string;
}

/** Index: trigger_runs_due_idx. */
const dueRuns = `SELECT id, profile_id AS "profileId" FROM trigger_runs WHERE due_at <= $1 AND NOT paused ORDER BY due_at LIMIT $2`;

/** What is due, not locked: first its people are locked, in the order in which the pipeline locks. */
export const findDue = (query: SqlQuery, now: Date, limit: number): Promise<DueRun[]> => query(dueRuns, [now, limit]);

const lockRuns = `
  SELECT id, trigger, version, profile_id AS "profileId", caused_at AS "causedAt", event_id AS "eventId", context, status, step, step_at AS "stepAt",
    due_at AS "dueAt", action_run AS "actionRun"
  FROM trigger_runs WHERE id = ANY ($1::uuid[]) AND profile_id = ANY ($2::uuid[]) AND due_at <= $3 AND NOT paused
  ORDER BY due_at, id FOR UPDATE SKIP LOCKED`;

/** Those of them that are still due, of people whom the transaction holds. */
export const lockDue = (
  query: SqlQuery,
  ids: readonly string[],
  profileIds: readonly string[],
  now: Date,
): Promise<ClaimedRun[]> => query(lockRuns, [ids, profileIds, now]);
