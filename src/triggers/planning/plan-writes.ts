import { intArray, jsonbArray, textArray, timestampArray, uuidArray } from '../../database/binary-array.js';
import type { Batch } from '../../events/batch.js';
import type { DateRow } from './date-rows.js';
import type { NewRun } from './new-runs.js';

/** Taken together, so that nobody gets the same twice: of two runs of one trigger that become one person's, the survivor's goes on. */
const merging = [
  {
    name: 'trigger-runs-cancel-merged',
    text: `UPDATE trigger_runs lost SET status = 'cancelled', code = 'MERGED', due_at = NULL, finished_at = $3,
        reason = 'the person is the same as another one who is in this trigger'
      FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor)
      WHERE lost.profile_id = m.loser AND lost.finished_at IS NULL AND EXISTS (SELECT FROM trigger_runs kept
        WHERE kept.profile_id = m.survivor AND kept.trigger = lost.trigger AND (kept.finished_at IS NULL OR kept.cause = lost.cause))`,
  },
  {
    name: 'trigger-runs-move',
    text: `UPDATE trigger_runs lost SET profile_id = m.survivor FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor)
      WHERE lost.profile_id = m.loser AND $3::timestamptz IS NOT NULL AND NOT EXISTS (SELECT FROM trigger_runs kept
        WHERE kept.profile_id = m.survivor AND kept.trigger = lost.trigger AND kept.cause = lost.cause)`,
  },
  {
    name: 'touches-move',
    text: `UPDATE touches t SET profile_id = m.survivor FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor)
      WHERE t.profile_id = m.loser AND $3::timestamptz IS NOT NULL`,
  },
  {
    name: 'trigger-dates-drop-merged',
    text: `DELETE FROM trigger_dates d USING unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor)
      WHERE d.profile_id = m.loser AND m.survivor IS NOT NULL AND $3::timestamptz IS NOT NULL`,
  },
] as const;

export async function mergeRuns(batch: Batch): Promise<void> {
  const losers = batch.merges.map(({ loser }) => loser);
  const survivors = batch.merges.map(({ survivor }) => survivor);
  for (const statement of merging) await batch.query(statement, [losers, survivors, batch.now]);
}

const cancelInside = {
  name: 'trigger-runs-cancel',
  text: `UPDATE trigger_runs run SET status = 'cancelled', code = t.code, reason = t.reason, due_at = NULL, finished_at = $5
    FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $6::int[]) AS t (trigger, profile_id, code, reason, version)
    WHERE run.trigger = t.trigger AND run.profile_id = t.profile_id AND run.finished_at IS NULL
      AND (t.version IS NULL OR run.version = t.version)`,
};

/** Takes a person out of a trigger, and why. */
export interface TakenOut {
  readonly trigger: string;
  /** null: whichever version they are in. */
  readonly version: number | null;
  readonly profileId: string;
  readonly code: 'LEFT_SEGMENT' | 'RESTARTED';
  readonly reason: string;
}

/** What is under way at a destination is stopped there in the moment of acting. Index: trigger_runs_open_idx. */
export async function takeOut(batch: Batch, taken: readonly TakenOut[]): Promise<void> {
  if (taken.length === 0) return;
  await batch.query(cancelInside, [
    textArray(taken.map(({ trigger }) => trigger)),
    uuidArray(taken.map(({ profileId }) => profileId)),
    textArray(taken.map(({ code }) => code)),
    textArray(taken.map(({ reason }) => reason)),
    batch.now,
    intArray(taken.map(({ version }) => version)),
  ]);
}

/** Index for what was before: trigger_runs_cause_idx. */
const insertRuns = {
  name: 'trigger-runs-plan',
  text: `INSERT INTO trigger_runs (id, trigger, version, profile_id, cause, caused_at, event_id, context, status, step, step_at, due_at, finished_at, planned_at)
    SELECT t.id, t.trigger, t.version, t.profile_id, t.cause, t.caused_at, t.event_id, t.context, t.status, t.step, t.caused_at,
      CASE WHEN t.status = 'planned' THEN $13::timestamptz END, CASE WHEN t.status <> 'planned' THEN $13::timestamptz END, $13::timestamptz
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::timestamptz[], $7::uuid[], $8::jsonb[], $9::text[], $10::text[],
      $11::timestamptz[], $12::int[])
      AS t (id, trigger, version, profile_id, cause, caused_at, event_id, context, status, step, none_since, unless_inside)
    WHERE (t.none_since IS NULL OR NOT EXISTS (SELECT FROM trigger_runs r
        WHERE r.trigger = t.trigger AND r.profile_id = t.profile_id AND r.planned_at >= t.none_since))
      AND (t.unless_inside = 0 OR NOT EXISTS (SELECT FROM trigger_runs r
        WHERE r.trigger = t.trigger AND r.profile_id = t.profile_id AND r.finished_at IS NULL))
    ON CONFLICT (trigger, profile_id, cause) DO NOTHING
    RETURNING trigger, status`,
};

/** @returns the runs that were planned; one that was there already, or may not be again, is not among them */
export async function planRuns(batch: Batch, runs: readonly NewRun[]): Promise<readonly InsertedRun[]> {
  if (runs.length === 0) return [];
  return batch.query<InsertedRun>(insertRuns, [
    uuidArray(runs.map(({ id }) => id)),
    textArray(runs.map(({ trigger }) => trigger)),
    intArray(runs.map(({ version }) => version)),
    uuidArray(runs.map(({ profileId }) => profileId)),
    textArray(runs.map(({ cause }) => cause)),
    timestampArray(runs.map(({ causedAt }) => causedAt)),
    runs.map(({ eventId }) => eventId),
    jsonbArray(runs.map(({ context }) => JSON.stringify(context))),
    textArray(runs.map(({ status }) => status)),
    textArray(runs.map(({ step }) => step)),
    runs.map(({ noneSince }) => noneSince),
    intArray(runs.map(({ unlessInside }) => (unlessInside ? 1 : 0))),
    batch.now,
  ]);
}
export interface InsertedRun {
  readonly trigger: string;
  readonly status: string;
}

const wakeRuns = {
  name: 'trigger-runs-wake',
  text: `UPDATE trigger_runs run SET due_at = $3 FROM (SELECT DISTINCT run.id FROM unnest($1::uuid[], $2::text[]) AS news (profile_id, watch)
      JOIN trigger_runs run ON run.profile_id = news.profile_id AND run.finished_at IS NULL AND news.watch = ANY (run.watches)) woken
    WHERE run.id = woken.id AND (run.due_at IS NULL OR run.due_at > $3)
    RETURNING run.id`,
};

/** Runs under way that look at something new are looked at again at once. Returns how many there are. Index: trigger_runs_open_idx. */
export async function wakeWatching(
  batch: Batch,
  news: readonly { readonly profileId: string; readonly watch: string }[],
): Promise<number> {
  if (news.length === 0) return 0;
  const rows = await batch.query(wakeRuns, [
    uuidArray(news.map(({ profileId }) => profileId)),
    textArray(news.map(({ watch }) => watch)),
    batch.now,
  ]);
  return rows.length;
}

const takeDates = {
  name: 'trigger-dates-take',
  text: `DELETE FROM trigger_dates WHERE profile_id = ANY ($1::uuid[]) AND due_at <= $2 RETURNING trigger, profile_id AS "profileId", value, due_at AS "dueAt"`,
};

/** The dates of these people that have come near. */
export const takeDueDates = (batch: Batch, profileIds: readonly string[]): Promise<(DateRow & { dueAt: Date })[]> =>
  batch.query(takeDates, [uuidArray(profileIds), batch.now]);

const setDates = {
  name: 'trigger-dates-set',
  text: `INSERT INTO trigger_dates (trigger, profile_id, value, due_at)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[]) ORDER BY 1, 2
    ON CONFLICT (trigger, profile_id) DO UPDATE SET value = excluded.value, due_at = excluded.due_at`,
};
const fillDates = {
  name: 'trigger-dates-fill',
  text: `INSERT INTO trigger_dates (trigger, profile_id, value, due_at)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[]) ORDER BY 1, 2
    ON CONFLICT (trigger, profile_id) DO NOTHING`,
};
const dropDates = {
  name: 'trigger-dates-drop',
  text: `DELETE FROM trigger_dates d USING unnest($1::text[], $2::uuid[]) AS t (trigger, profile_id)
    WHERE d.trigger = t.trigger AND d.profile_id = t.profile_id`,
};

type DueRow = DateRow & { readonly dueAt: Date };
const isDue = (row: DateRow): row is DueRow => row.dueAt !== null;
const columns = (rows: readonly DueRow[]): Buffer[] => [
  textArray(rows.map(({ trigger }) => trigger)),
  uuidArray(rows.map(({ profileId }) => profileId)),
  textArray(rows.map(({ value }) => value)),
  timestampArray(rows.map(({ dueAt }) => dueAt)),
];

/** As they are now: what was known before does not count any more. */
export async function writeDates(batch: Pick<Batch, 'query'>, rows: readonly DateRow[]): Promise<void> {
  const due = rows.filter(isDue);
  if (due.length > 0) await batch.query(setDates, columns(due));
  const none = rows.filter((row) => !isDue(row));
  if (none.length > 0)
    await batch.query(dropDates, [
      textArray(none.map(({ trigger }) => trigger)),
      uuidArray(none.map(({ profileId }) => profileId)),
    ]);
}

/** Only of people of whom nothing has been heard since: what they told in the meantime is newer. */
export async function addDates(batch: Pick<Batch, 'query'>, rows: readonly DateRow[]): Promise<void> {
  const due = rows.filter(isDue);
  if (due.length > 0) await batch.query(fillDates, columns(due));
}
