import type { Purpose } from '../../consent/consent.js';
import { type Duration, durationMs } from '../../segments/duration.js';
import type { EventSelection } from '../../segments/condition.js';
import type { Rule } from '../../segments/rule.js';
import type { ActionInTrigger, CalendarWait, HandOff, Step, WaitStep } from '../definition/step.js';

/** Where a step leads; null: the end. */
type Next = string | null;

interface Placed {
  /** The step's name, unique in its trigger. */
  readonly id: string;
}
/** What is to be done at a destination. */
export type Order =
  | { readonly action: ActionInTrigger }
  /** A person takes over. */
  | { readonly handOff: HandOff }
  /** Whoever takes over is told. */
  | { readonly notice: HandOff };
export type DoInstruction = Placed & {
  readonly kind: 'do';
  readonly order: Order;
  readonly next: Next;
  /** When it was refused or not allowed: `stop` ends the run. */
  readonly onFailure: 'stop' | { readonly next: Next };
};
export type PauseInstruction = Placed & { readonly kind: 'pause'; readonly forMs: number; readonly next: Next };
export type CalendarInstruction = Placed & {
  readonly kind: 'calendar';
  readonly until: CalendarWait;
  readonly next: Next;
};
export type AwaitInstruction = Placed & {
  readonly kind: 'await';
  readonly until: { readonly event: EventSelection } | { readonly rule: number };
  readonly atMostMs: number;
  readonly came: Next;
  readonly timedOut: Next;
};
export type BranchInstruction = Placed & {
  readonly kind: 'branch';
  readonly ways: readonly { readonly rule: number; readonly next: Next }[];
  readonly otherwise: Next;
};
export type SplitInstruction = Placed & {
  readonly kind: 'split';
  readonly shares: readonly { readonly name: string; readonly percent: number; readonly next: Next }[];
};
export type ExitInstruction = Placed & { readonly kind: 'exit'; readonly reason: string };
export type Instruction =
  | DoInstruction
  | PauseInstruction
  | CalendarInstruction
  | AwaitInstruction
  | BranchInstruction
  | SplitInstruction
  | ExitInstruction;

/** The steps of a trigger, flat: each says where it leads, so that a run only has to remember where it is. */
export interface Program {
  readonly start: string;
  readonly steps: ReadonlyMap<string, Instruction>;
  /** All rules that steps ask, by the numbers they use. */
  readonly rules: readonly Rule[];
}

/** What a step's name must be when it has none: its place, as in `3.came.1`. */
export class DuplicateStepError extends Error {
  override readonly name = 'DuplicateStepError';
  constructor(readonly step: string) {
    super(`two steps are called "${step}"`);
  }
}

/** @throws DuplicateStepError */
export function compileSteps(steps: readonly Step[]): Program {
  const compiler = new Compiler();
  const start = compiler.sequence(steps, '', null);
  return { start: start ?? '', steps: compiler.steps, rules: compiler.rules };
}

class Compiler {
  readonly steps = new Map<string, Instruction>();
  readonly rules: Rule[] = [];

  /** @returns where the sequence begins; `next` where it is empty */
  sequence(steps: readonly Step[], place: string, next: Next): Next {
    const ids = steps.map((step, index) => step.id ?? `${place}${String(index + 1)}`);
    steps.forEach((step, index) => this.#step(step, ids[index] ?? '', ids[index + 1] ?? next));
    return ids[0] ?? next;
  }

  #step(step: Step, id: string, next: Next): void {
    if (this.steps.has(id)) throw new DuplicateStepError(id);
    // Its place is taken before its inner steps look for theirs.
    this.steps.set(id, { kind: 'exit', id, reason: '' });
    this.steps.set(id, this.#instruction(step, id, next));
  }

  #instruction(step: Step, id: string, next: Next): Instruction {
    if ('do' in step) return this.#do({ action: step.do }, step.onFailure, id, next);
    if ('handOff' in step)
      return this.#do({ handOff: step.handOff }, step.onFailure, id, this.#notice(step.handOff, id, next));
    if ('wait' in step) return this.#wait(step, id, next);
    if ('exit' in step) return { kind: 'exit', id, reason: step.exit };
    if ('branch' in step) {
      const ways = step.branch.map(({ if: rule, steps }, index) => ({
        rule: this.#rule(rule),
        next: this.sequence(steps, `${id}.${String(index + 1)}.`, next),
      }));
      return { kind: 'branch', id, ways, otherwise: this.sequence(step.otherwise ?? [], `${id}.otherwise.`, next) };
    }
    const shares = step.split.map(({ name, percent, steps }) => ({
      name,
      percent,
      next: this.sequence(steps, `${id}.${name}.`, next),
    }));
    return { kind: 'split', id, shares };
  }

  #do(
    order: Order,
    onFailure: 'stop' | 'continue' | { readonly do: ActionInTrigger },
    id: string,
    next: Next,
  ): DoInstruction {
    if (onFailure === 'stop') return { kind: 'do', id, order, next, onFailure };
    if (onFailure === 'continue') return { kind: 'do', id, order, next, onFailure: { next } };
    const instead = `${id}.instead`;
    if (this.steps.has(instead)) throw new DuplicateStepError(instead);
    this.steps.set(instead, { kind: 'do', id: instead, order: { action: onFailure.do }, next, onFailure: 'stop' });
    return { kind: 'do', id, order, next, onFailure: { next: instead } };
  }

  /** An e-mail that is not sent does not undo the task. */
  #notice(handOff: HandOff, id: string, next: Next): Next {
    if (handOff.notify === undefined) return next;
    const notice = `${id}.notice`;
    if (this.steps.has(notice)) throw new DuplicateStepError(notice);
    this.steps.set(notice, { kind: 'do', id: notice, order: { notice: handOff }, next, onFailure: { next } });
    return notice;
  }

  #wait({ wait, came, timedOut }: WaitStep, id: string, next: Next): Instruction {
    const whenCame = this.sequence(came ?? [], `${id}.came.`, next);
    if ('for' in wait) return { kind: 'pause', id, forMs: durationMs(wait.for), next: whenCame };
    const { until, atMost } = wait;
    if ('event' in until || 'rule' in until)
      return {
        kind: 'await',
        id,
        until: 'event' in until ? until : { rule: this.#rule(until.rule) },
        atMostMs: durationMs(atMost ?? never),
        came: whenCame,
        timedOut: this.sequence(timedOut ?? [], `${id}.timed-out.`, next),
      };
    return { kind: 'calendar', id, until, next: whenCame };
  }

  #rule(rule: Rule): number {
    return this.rules.push(rule) - 1;
  }
}

/** The schema wants a limit; this is what counts if there were none. */
const never: Duration = { days: 36_500 };

/** Steps that can still come from here on, itself included. */
export function stepsAhead({ steps }: Pick<Program, 'steps'>, from: string | null): Instruction[] {
  const seen = new Set<string>();
  const open = from === null ? [] : [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = steps.get(id);
    if (step === undefined || seen.has(id)) continue;
    seen.add(id);
    for (const next of nextsOf(step)) if (next !== null) open.push(next);
  }
  return [...seen].flatMap((id) => steps.get(id) ?? []);
}

function nextsOf(step: Instruction): readonly Next[] {
  switch (step.kind) {
    case 'do':
      return step.onFailure === 'stop' ? [step.next] : [step.next, step.onFailure.next];
    case 'pause':
    case 'calendar':
      return [step.next];
    case 'await':
      return [step.came, step.timedOut];
    case 'branch':
      return [...step.ways.map(({ next }) => next), step.otherwise];
    case 'split':
      return step.shares.map(({ next }) => next);
    case 'exit':
      return [];
  }
}

/** The purposes that each action that can still come needs; none of them may be allowed any more when consent is withdrawn. */
export const consentsAhead = (
  program: Pick<Program, 'steps'>,
  from: string | null,
  consentsOf: (order: Order) => readonly Purpose[],
): readonly (readonly Purpose[])[] =>
  stepsAhead(program, from).flatMap((step) => (step.kind === 'do' ? [consentsOf(step.order)] : []));
