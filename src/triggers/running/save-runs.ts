import type { Statement } from '../../events/batch.js';
import type { Write } from '../../delivery/action-runs.repository.js';
import type { Advance, PassedStep } from '../journey/run-facts.js';

/** A run as it stands after a look at it, with the steps it has left behind. */
export interface SavedRun {
  readonly id: string;
  readonly trigger: string;
  readonly version: number;
  readonly to: Advance;
  /** The action under way; null: none is. */
  readonly actionRun: string | null;
  readonly watches: readonly string[];
}

const saveRuns: Statement = {
  name: 'trigger-runs-save',
  text: `UPDATE trigger_runs run SET status = t.status, code = t.code, reason = t.reason, step = t.step, step_at = t.step_at, due_at = t.due_at,
      action_run = COALESCE(t.action_run, CASE WHEN t.finished_at IS NOT NULL THEN run.action_run END),
      watches = ARRAY(SELECT jsonb_array_elements_text(t.watches)), finished_at = t.finished_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::uuid[], $9::jsonb[], $10::timestamptz[])
      AS t (id, status, code, reason, step, step_at, due_at, action_run, watches, finished_at)
    WHERE run.id = t.id`,
};

const saveSteps: Statement = {
  name: 'trigger-steps-save',
  text: `INSERT INTO trigger_steps (run, position, trigger, version, step, outcome, code, reason, action_run, at)
    SELECT t.run, t.place + COALESCE((SELECT max(position) FROM trigger_steps s WHERE s.run = t.run), 0), t.trigger, t.version, t.step, t.outcome,
      t.code, t.reason, t.action_run, $10::timestamptz
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[])
      AS t (run, place, trigger, version, step, outcome, code, reason, action_run)`,
};

const isOpen = (to: Advance): to is Extract<Advance, { readonly order: unknown }> => 'order' in to;

/** @param before the action that each run waited for, by the run's id */
export async function saveAdvances(
  write: Write,
  runs: readonly SavedRun[],
  before: ReadonlyMap<string, string | null>,
  now: Date,
): Promise<void> {
  if (runs.length === 0) return;
  await write(saveRuns, [
    runs.map(({ id }) => id),
    runs.map(({ to }) => to.status),
    runs.map(({ to }) => to.code),
    runs.map(({ to }) => to.reason),
    runs.map(({ to }) => to.step),
    runs.map(({ to }) => new Date(to.stepAtMs)),
    runs.map(({ to }) => (isOpen(to) && to.dueAtMs !== null ? new Date(to.dueAtMs) : null)),
    runs.map(({ actionRun }) => actionRun),
    runs.map(({ watches }) => JSON.stringify(watches)),
    runs.map(({ to }) => (isOpen(to) ? null : now)),
  ]);
  const steps = runs.flatMap(({ to, ...run }) =>
    to.passed.map((passed, index) => ({ ...run, passed, place: index + 1 })),
  );
  if (steps.length === 0) return;
  await write(saveSteps, [
    steps.map(({ id }) => id),
    steps.map(({ place }) => place),
    steps.map(({ trigger }) => trigger),
    steps.map(({ version }) => version),
    steps.map(({ passed }) => passed.step),
    steps.map(({ passed }) => passed.outcome),
    steps.map(({ passed }) => passed.code),
    steps.map(({ passed }) => passed.reason),
    steps.map(({ id, place, passed }) => (place === 1 && isOfAction(passed) ? (before.get(id) ?? null) : null)),
    now,
  ]);
}

/** Only the first step that is left behind can be the one whose action was under way. */
const isOfAction = ({ outcome }: PassedStep): boolean => actionOutcomes.has(outcome);
const actionOutcomes: ReadonlySet<string> = new Set(['done', 'withheld', 'failed', 'unknown', 'cancelled', 'too_late']);
