import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ActionGates, type ActionGate, type Admission, type Candidate } from '../../delivery/action-gates.service.js';
import type { RunOutcome } from '../../delivery/action-outcome.js';
import type { ActionRunStatus } from '../../delivery/action-run.js';
import type { Write } from '../../delivery/action-runs.repository.js';
import type { Profile } from '../../profiles/profile.js';
import { answerOf } from '../../segments/evaluate.js';
import type { RunStatus } from '../journey/run-status.js';
import { TriggerDirectory } from '../trigger-directory.service.js';
import { TriggerWaker } from '../trigger-waker.service.js';
import { factsOf, gatherEvents, type RunCase, type Surroundings } from './gather-facts.js';
import { settleTouches } from './touches.js';
import { queryBy } from './sql-query.js';

/** A trigger's run whose action is about to be performed. */
interface Behind extends Omit<RunCase['run'], 'actionRun'> {
  readonly actionRun: string;
  readonly trigger: string;
  readonly version: number;
  readonly status: RunStatus;
  readonly paused: boolean;
  readonly reason: string | null;
}

/** Index: trigger_runs_action_idx. */
const runsBehind = `
  SELECT id, action_run AS "actionRun", trigger, version, profile_id AS "profileId", caused_at AS "causedAt", event_id AS "eventId", status, step,
    step_at AS "stepAt", paused, reason
  FROM trigger_runs WHERE action_run = ANY ($1::uuid[])`;

/** Ends after which a person may have put the action to work again. */
const replayable: ReadonlySet<RunStatus> = new Set(['failed', 'unknown', 'held_back']);
/** What is switched off is looked at again in so long. */
const pausedMs = 60_000;

/** Has it reached the person? `unknown`: perhaps, so it counts. */
const reached = {
  planned: null,
  sending: null,
  done: true,
  unknown: true,
  withheld: false,
  failed: false,
  cancelled: false,
  too_late: false,
} as const satisfies Record<ActionRunStatus, boolean | null>;

/** A trigger's last word before one of its actions is performed, and how its runs hear what came of them. */
@Injectable()
export class TriggerGate implements ActionGate {
  readonly origin = 'trigger/';

  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: TriggerDirectory,
    private readonly waker: TriggerWaker,
    gates: ActionGates,
  ) {
    gates.register(this);
  }

  async admit(candidates: readonly Candidate[], now: Date): Promise<ReadonlyMap<string, Admission>> {
    const query = queryBy(this.dataSource);
    const rows = await query<Behind>(runsBehind, [candidates.map(({ run }) => run.id)]);
    const behind = new Map(rows.map((row) => [row.actionRun, row]));
    const { current: set, policy, timeZone } = this.directory;
    const found = candidates.map(({ run, profile }) => {
      const row = behind.get(run.id);
      const trigger = row === undefined ? undefined : set.version(row.trigger, row.version);
      return { id: run.id, row, trigger, profile };
    });
    const cases = found.flatMap(({ row, trigger, profile }): RunCase[] =>
      row === undefined || trigger === undefined || profile === null
        ? []
        : [{ run: { ...row, actionRun: null }, trigger, profile }],
    );
    const events = await gatherEvents(query, cases, set, now);
    // Room was reserved when the order was given; what is asked again is whether the moment is right.
    const gathered = { nowMs: now.getTime(), ...events, actions: new Map(), touches: new Map() };
    const surroundings = { set, policy: { ...policy, caps: [] }, timeZone };
    const admissions = new Map<string, Admission>();
    for (const { id, row, profile } of found) {
      const own = cases.find(({ run }) => run.id === row?.id);
      const standing = ofStanding(row, now);
      if (standing !== null) admissions.set(id, standing);
      else if (own !== undefined && profile !== null)
        admissions.set(id, ofMoment(own, gathered, surroundings, profile, now));
    }
    return admissions;
  }

  async settled(write: Write, outcomes: readonly RunOutcome[], now: Date): Promise<void> {
    const ended = outcomes.filter(({ dueAt }) => dueAt === null);
    if (ended.length === 0) return;
    const ids = (is: boolean) => ended.filter(({ status }) => reached[status] === is).map(({ id }) => id);
    await settleTouches(write, ids(true), ids(false), now);
    await write(wakeWaiting, [ended.map(({ id }) => id), now]);
    const done = ended.filter(({ status }) => status === 'done').map(({ id }) => id);
    if (done.length > 0) await write(reopen, [done, now, [...replayable]]);
  }

  committed(): void {
    this.waker.wake(0);
  }
}

const wakeWaiting = {
  name: 'trigger-runs-hear',
  text: `UPDATE trigger_runs SET due_at = $2 WHERE action_run = ANY ($1::uuid[]) AND status = 'acting'`,
};
/** A person has put an action to work again, and it was done: its run goes on from there. */
const reopen = {
  name: 'trigger-runs-reopen',
  text: `UPDATE trigger_runs SET status = 'acting', due_at = $2, finished_at = NULL, code = NULL, reason = NULL
    WHERE action_run = ANY ($1::uuid[]) AND status = ANY ($3::text[])`,
};

/** What follows from where the run itself stands; null: nothing speaks against it. */
function ofStanding(row: Behind | undefined, now: Date): Admission | null {
  if (row === undefined)
    return {
      admit: 'never',
      status: 'cancelled',
      code: 'RUN_GONE',
      reason: 'the run of its trigger is not there any more',
    };
  if (row.paused)
    return {
      admit: 'later',
      at: new Date(now.getTime() + pausedMs),
      code: 'TRIGGER_OFF',
      reason: 'its trigger is switched off',
    };
  if (row.status === 'acting' || replayable.has(row.status)) return null;
  const reason = row.reason ?? `the run of its trigger is ${row.status}`;
  return { admit: 'never', status: 'cancelled', code: row.status.toUpperCase(), reason };
}

/** What follows from what the person is now. */
function ofMoment(
  one: RunCase,
  gathered: Parameters<typeof factsOf>[1],
  surroundings: Surroundings,
  profile: Profile,
  now: Date,
): Admission {
  const { run, trigger } = one;
  const step = trigger.program.steps.get(run.step);
  const facts = factsOf(one, gathered, surroundings);
  const exit = facts.exits.find(({ outlook }) => answerOf(outlook));
  if (exit !== undefined) return { admit: 'never', status: 'cancelled', code: 'EXIT', reason: exit.text };
  if (facts.condition !== null && !answerOf(facts.condition))
    return { admit: 'never', status: 'withheld', code: 'IF_NOT_MET', reason: 'its condition did not hold any more' };
  if (step?.kind !== 'do') return { admit: 'now' };
  for (const purpose of trigger.consentsOf(step.order)) {
    const status = profile.consents[purpose]?.status ?? 'unknown';
    if (status !== 'granted')
      return { admit: 'never', status: 'withheld', code: 'NO_CONSENT', reason: `consent for ${purpose} is ${status}` };
  }
  const { atMs, code, reason } = facts.allowed(step.order);
  if (atMs <= now.getTime()) return { admit: 'now' };
  return { admit: 'later', at: new Date(atMs), code: code ?? 'LATER', reason: reason ?? '' };
}
