import { durationMs } from '../segments/duration.js';
import { type CompiledRule, compileRule, type RuleEnvironment } from '../segments/evaluate.js';
import { canonicalSelection, type CanonicalSelection, type EventQueries } from '../segments/event-query.js';
import { describeRule } from '../segments/describe.js';
import { inputsOf } from '../segments/inputs.js';
import type { Rule } from '../segments/rule.js';
import type { Trigger } from './definition/trigger.js';
import { type Catalog, consentsOf } from './catalog.js';
import { compileSteps, type Instruction, type Program, stepsAhead } from './journey/program.js';
import type { TriggerPlan } from './journey/run-facts.js';
import { watch, watchesOfEvents, watchesOfRule } from './planning/watch.js';

/** A rule of a trigger, ready to be asked. */
export interface AskedRule {
  readonly compiled: CompiledRule;
  /** Slots of its event queries. */
  readonly slots: readonly number[];
  readonly watches: readonly string[];
}

/** Whoever something comes true for leaves: by a rule, or by an event since the run was caused. */
export type ActiveExit = { readonly text: string } & (
  { readonly rule: AskedRule } | { readonly event: CanonicalSelection; readonly watches: readonly string[] }
);

/** A version of a trigger, ready to run. */
export interface ActiveTrigger extends TriggerPlan {
  readonly title: string;
  readonly version: number;
  readonly definition: Trigger;
  /** By step: the events it waits for. */
  readonly awaited: ReadonlyMap<string, CanonicalSelection>;
  /** Of a trigger that events cause: which ones; null: something else causes it. */
  readonly causeEvents: CanonicalSelection | null;
  /** By the program's numbers. */
  readonly rules: readonly AskedRule[];
  readonly condition: AskedRule | null;
  readonly exits: readonly ActiveExit[];
  readonly goal: { readonly event: CanonicalSelection; readonly withinMs: number } | null;
  /** All slots that a look at one of its runs may need. */
  readonly slots: readonly number[];
}

/** What compiling needs to know beside the definition. */
export interface TriggerSurroundings extends Omit<RuleEnvironment, 'salt' | 'queries'> {
  readonly queries: EventQueries;
  readonly catalog: Catalog;
}

interface Head {
  readonly key: string;
  readonly title: string;
  readonly version: number;
}

export function activate(head: Head, definition: Trigger, surroundings: TriggerSurroundings): ActiveTrigger {
  const program = compileSteps(definition.steps);
  const asked = (rule: Rule): AskedRule => {
    const { queries, timeZone } = surroundings;
    const slots = inputsOf(rule, timeZone).eventQueries.map((query) => queries.slotOf(query));
    const compiled = compileRule(rule, { ...surroundings, salt: head.key });
    return { compiled, slots, watches: watchesOfRule(rule, timeZone) };
  };
  const rules = program.rules.map(asked);
  const condition = definition.if === undefined ? null : asked(definition.if);
  const exits = definition.exitWhen.map((exit): ActiveExit => {
    if ('rule' in exit) return { text: oneLine(describeRule(exit.rule)), rule: asked(exit.rule) };
    const text = `${exit.event.names?.join(' or ') ?? 'an event'} happened`;
    return { text, event: canonicalSelection(exit.event), watches: watchesOfEvents(exit.event) };
  });
  const { goal } = definition;
  const all = [
    ...rules,
    ...(condition === null ? [] : [condition]),
    ...exits.flatMap((exit) => ('rule' in exit ? exit.rule : [])),
  ];
  return {
    ...head,
    definition,
    program,
    awaited: awaitedIn(program),
    causeEvents: 'event' in definition.when ? canonicalSelection(definition.when.event) : null,
    rules,
    condition,
    exits,
    goal: goal === undefined ? null : { event: canonicalSelection(goal.event), withinMs: durationMs(goal.within) },
    usefulForMs: durationMs(definition.usefulFor),
    consentsOf: (order) => consentsOf(order, surroundings.catalog),
    slots: [...new Set(all.flatMap(({ slots }) => slots))],
  };
}

const awaitedIn = ({ steps }: Program): ReadonlyMap<string, CanonicalSelection> =>
  new Map(
    [...steps.values()].flatMap((step) =>
      step.kind === 'await' && 'event' in step.until ? [[step.id, canonicalSelection(step.until.event)] as const] : [],
    ),
  );

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*-?\s*/g, ' ');

/** What a run that stands at this step has to be woken by. */
export function watchesAt(trigger: ActiveTrigger, step: Instruction | undefined): string[] {
  const found = new Set(trigger.exits.flatMap((exit) => ('rule' in exit ? exit.rule.watches : exit.watches)));
  for (const ahead of stepsAhead(trigger.program, step?.id ?? null))
    if (ahead.kind === 'do') for (const purpose of trigger.consentsOf(ahead.order)) found.add(watch.consent(purpose));
  if (step?.kind === 'await') {
    const { until } = step;
    const own = 'event' in until ? watchesOfEvents(until.event) : (trigger.rules[until.rule]?.watches ?? []);
    for (const each of own) found.add(each);
  }
  if (step?.kind === 'calendar' && 'attribute' in step.until) found.add(watch.attribute(step.until.attribute));
  return [...found];
}
