import { answerOf, nextChangeAtMs } from '../../segments/evaluate.js';
import { calendarMoment } from './calendar-moment.js';
import { drawShare } from './draw-share.js';
import {
  type AwaitInstruction,
  type CalendarInstruction,
  consentsAhead,
  type DoInstruction,
  type Instruction,
} from './program.js';
import type { ActionFinding, Advance, PassedStep, RunFacts, Standing, TriggerPlan } from './run-facts.js';
import type { ActionRunStatus } from '../../delivery/action-run.js';
import type { EndStatus } from './run-status.js';

/** Below this, a step that is late only because a process was busy counts as in time, so that delays do not add up. */
const inTimeMs = 60_000;

/**
 * Takes a run as far as it can get now: through waits that are over, branches and splits, to the next action or wait, or to its end. Pure:
 * the same for the real thing, a dry run, and a run that was caught up with after an outage.
 */
export function advance(run: Standing, plan: TriggerPlan, facts: RunFacts): Advance {
  return new Walk(run, plan, facts).walk();
}

type Stop =
  | Omit<Extract<Advance, { readonly order: unknown }>, 'passed'>
  | Omit<Extract<Advance, { status: EndStatus }>, 'passed'>;
interface Onward {
  readonly next: string | null;
  readonly atMs: number;
}

class Walk {
  readonly #passed: PassedStep[] = [];
  #step: string;
  #atMs: number;
  /** What was found out beforehand is about the step that the run stood at. */
  #isPresent = true;

  constructor(
    private readonly run: Standing,
    private readonly plan: TriggerPlan,
    private readonly facts: RunFacts,
  ) {
    this.#step = run.step;
    this.#atMs = run.stepAtMs;
  }

  walk(): Advance {
    const early = this.#early();
    if (early !== null) return { ...early, passed: [] };
    for (;;) {
      const step = this.plan.program.steps.get(this.#step);
      if (step === undefined)
        return this.#end('failed', 'STEP_GONE', `this version of the trigger has no step "${this.#step}"`);
      const outcome = this.#take(step);
      if (!('next' in outcome)) return { ...outcome, passed: this.#passed };
      if (outcome.next === null) return { ...ended('done', null, outcome.atMs), passed: this.#passed };
      this.#step = outcome.next;
      this.#atMs = outcome.atMs;
      this.#isPresent = false;
    }
  }

  /** What ends a run wherever it stands. */
  #early(): Stop | null {
    const { run, facts, plan } = this;
    const exit = facts.exits.find(({ outlook }) => answerOf(outlook));
    if (exit !== undefined) return ended('exited', run.step, run.stepAtMs, 'EXIT', exit.text);
    const ahead = consentsAhead(plan.program, run.step, plan.consentsOf);
    const isPointless = ahead.length > 0 && ahead.every((purposes) => purposes.some(facts.isRevoked));
    if (isPointless)
      return ended('cancelled', run.step, run.stepAtMs, 'CONSENT_WITHDRAWN', 'the person has withdrawn their consent');
    if (run.status === 'planned' && facts.condition !== null && !answerOf(facts.condition))
      return ended('held_back', run.step, run.stepAtMs, 'IF_NOT_MET', 'its condition did not hold when it began');
    return null;
  }

  #take(step: Instruction): Stop | Onward {
    const { nowMs, answer } = this.facts;
    switch (step.kind) {
      case 'do':
        return this.#do(step);
      case 'pause': {
        const dueMs = this.#startedMs() + step.forMs;
        return dueMs > nowMs ? this.#wait(dueMs) : this.#pass(step.next, 'elapsed', dueMs);
      }
      case 'calendar':
        return this.#calendar(step);
      case 'await':
        return this.#await(step);
      case 'branch': {
        const way = step.ways.findIndex(({ rule }) => answerOf(answer(rule)));
        const next = step.ways[way]?.next ?? step.otherwise;
        return this.#pass(way < 0 ? step.otherwise : next, way < 0 ? 'otherwise' : `way ${String(way + 1)}`);
      }
      case 'split': {
        const share = drawShare(step, this.plan.key, this.facts.profileId);
        return this.#pass(share.next, share.name);
      }
      case 'exit':
        this.#note(step.id, 'exit', null, step.reason);
        return ended('exited', step.id, this.#atMs, 'EXIT', step.reason);
    }
  }

  /** A wait that begins late because we were away begins when we are back. */
  #startedMs(): number {
    if (this.#isPresent && this.run.status === 'waiting') return this.#atMs;
    const { nowMs } = this.facts;
    if (nowMs - this.#atMs > inTimeMs) this.#atMs = nowMs;
    return this.#atMs;
  }

  #calendar(step: CalendarInstruction): Stop | Onward {
    const { nowMs, attributes, zone } = this.facts;
    const dueMs = calendarMoment(step.until, this.#startedMs(), attributes, zone);
    if (dueMs === null)
      return ended('held_back', step.id, this.#atMs, 'NO_DATE', 'the attribute it waits for holds no date');
    return dueMs > nowMs ? this.#wait(dueMs) : this.#pass(step.next, 'elapsed', Math.max(dueMs, this.#atMs));
  }

  #await(step: AwaitInstruction): Stop | Onward {
    const { nowMs, answer, awaitedAtMs } = this.facts;
    const deadlineMs = this.#startedMs() + step.atMostMs;
    if ('event' in step.until) {
      // Nobody has looked for it yet: again at once, when somebody has.
      if (!this.#isPresent && this.#atMs < nowMs) return this.#wait(nowMs);
      if (this.#isPresent && awaitedAtMs !== null && awaitedAtMs <= deadlineMs)
        return this.#pass(step.came, 'came', awaitedAtMs);
    } else {
      const outlook = answer(step.until.rule);
      if (answerOf(outlook)) return this.#pass(step.came, 'came', nowMs);
      if (deadlineMs > nowMs) return this.#wait(Math.min(deadlineMs, nextChangeAtMs(outlook) ?? Infinity));
    }
    return deadlineMs > nowMs ? this.#wait(deadlineMs) : this.#pass(step.timedOut, 'timed out', deadlineMs);
  }

  #do(step: DoInstruction): Stop | Onward {
    const { nowMs, condition, action, allowed } = this.facts;
    if (this.#isPresent && action !== null) return this.#afterAction(step, action);
    const uselessMs = this.#atMs + this.plan.usefulForMs;
    if (nowMs > uselessMs) return this.#heldBack(step, 'TOO_LATE', `it was due ${iso(this.#atMs)}`);
    if (condition !== null && !answerOf(condition))
      return this.#heldBack(step, 'IF_NOT_MET', 'its condition did not hold any more');
    const { atMs, code, reason } = allowed(step.order);
    if (atMs > uselessMs) return this.#heldBack(step, code ?? 'TOO_LATE', `${reason ?? ''}; by then it is too late`);
    if (atMs > nowMs) return { ...this.#wait(atMs), code, reason };
    const here = { step: step.id, stepAtMs: this.#atMs, code: null, reason: null };
    return { status: 'acting', ...here, dueAtMs: this.#soonestExit(), order: step.order };
  }

  #afterAction(step: DoInstruction, { status, code, reason, finishedAtMs }: ActionFinding): Stop | Onward {
    if (finishedAtMs === null)
      return {
        status: 'acting',
        step: step.id,
        stepAtMs: this.#atMs,
        dueAtMs: this.#soonestExit(),
        order: null,
        code,
        reason,
      };
    if (status === 'done') return this.#pass(step.next, 'done', finishedAtMs, code, reason);
    this.#note(step.id, status, code, reason);
    const end = endAfter[status] ?? 'failed';
    if (status === 'cancelled' || step.onFailure === 'stop') return ended(end, step.id, this.#atMs, code, reason);
    const { next } = step.onFailure;
    const isInstead = next !== step.next;
    // It may have happened, so nothing may be done instead of it.
    if (isInstead && status === 'unknown') return ended(end, step.id, this.#atMs, code, reason);
    return { next, atMs: isInstead ? this.#atMs : finishedAtMs };
  }

  #heldBack(step: DoInstruction, code: string, reason: string): Stop {
    this.#note(step.id, 'held back', code, reason);
    return ended('held_back', step.id, this.#atMs, code, reason);
  }

  #wait(dueAtMs: number): Stop & { readonly order: null } {
    const { nowMs } = this.facts;
    const soonest = Math.min(dueAtMs, this.#soonestExit() ?? Infinity);
    const here = { step: this.#step, stepAtMs: this.#atMs, code: null, reason: null };
    return { status: 'waiting', ...here, dueAtMs: Math.max(soonest, nowMs), order: null };
  }

  /** When an exit's rule could come true by the clock alone. */
  #soonestExit(): number | null {
    const moments = this.facts.exits.flatMap(({ outlook }) => nextChangeAtMs(outlook) ?? []);
    return moments.length === 0 ? null : Math.min(...moments);
  }

  #pass(
    next: string | null,
    outcome: string,
    atMs = this.#atMs,
    code: string | null = null,
    reason: string | null = null,
  ): Onward {
    this.#note(this.#step, outcome, code, reason);
    return { next, atMs };
  }

  #note(step: string, outcome: string, code: string | null, reason: string | null): void {
    this.#passed.push({ step, outcome, code, reason });
  }

  #end(status: EndStatus, code: string, reason: string): Advance {
    return { ...ended(status, this.#step, this.#atMs, code, reason), passed: this.#passed };
  }
}

const iso = (atMs: number): string => new Date(atMs).toISOString();

function ended(
  status: EndStatus,
  step: string | null,
  stepAtMs: number,
  code: string | null = null,
  reason: string | null = null,
): Omit<Extract<Advance, { status: EndStatus }>, 'passed'> {
  return { status, step, stepAtMs, code, reason };
}

/** What a run comes to when one of its actions has ended otherwise than well. */
const endAfter: Readonly<Partial<Record<ActionRunStatus, EndStatus>>> = {
  withheld: 'held_back',
  too_late: 'held_back',
  cancelled: 'cancelled',
  unknown: 'unknown',
  failed: 'failed',
};
