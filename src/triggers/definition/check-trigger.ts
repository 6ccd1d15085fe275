import type { z } from 'zod';
import { templateProblem } from '../../personalization/template.js';
import type { AttributeType } from '../../profiles/attribute.js';
import { checkRule, type RuleSurroundings } from '../../segments/check-rule.js';
import { conditionsOf, type Rule } from '../../segments/rule.js';
import { type Catalog, declarationOf, destinationOf } from '../catalog.js';
import { compileSteps, DuplicateStepError, type Order, type Program } from '../journey/program.js';
import type { Trigger } from './trigger.js';

/** What a trigger is checked against. */
export interface TriggerWorld {
  readonly catalog: Catalog;
  /** All segments, by key. */
  readonly segments: ReadonlyMap<string, Rule>;
  /** Names of the levels of each score, by its key. */
  readonly scores: ReadonlyMap<string, readonly string[]>;
  readonly attributeType: (key: string) => AttributeType | undefined;
}

/** What a trigger in itself well formed gets wrong about the rest of the world, a sentence each with its place. Empty: it may be saved. */
export function checkTrigger(trigger: Trigger, world: TriggerWorld): string[] {
  const program = programOf(trigger);
  if (typeof program === 'string') return [`steps: ${program}`];
  const rules: [place: string, rule: Rule][] = [
    ...(trigger.if === undefined ? [] : [['if', trigger.if] as [string, Rule]]),
    ...trigger.exitWhen.flatMap((exit, index): [string, Rule][] =>
      'rule' in exit ? [[`exitWhen.${String(index)}.rule`, exit.rule]] : [],
    ),
    ...program.rules.map((rule): [string, Rule] => ['steps', rule]),
  ];
  return [
    ...causeProblems(trigger, world).map((problem) => `when: ${problem}`),
    ...rules.flatMap(([place, rule]) => ruleProblems(rule, world).map((problem) => `${place}: ${problem}`)),
    ...[...program.steps.values()].flatMap((step) =>
      step.kind === 'do'
        ? orderProblems(step.order, world.catalog).map((problem) => `step ${step.id}: ${problem}`)
        : [],
    ),
  ];
}

function programOf({ steps }: Trigger): Program | string {
  try {
    return compileSteps(steps);
  } catch (error) {
    if (error instanceof DuplicateStepError) return error.message;
    throw error;
  }
}

function causeProblems({ when }: Trigger, { segments, scores, attributeType }: TriggerWorld): string[] {
  if ('segment' in when) return segments.has(when.segment) ? [] : [`there is no segment ${when.segment}`];
  if ('date' in when) {
    const type = attributeType(when.date);
    return type === undefined || type === 'date' || type === 'datetime'
      ? []
      : [`${when.date} is a ${type}, not a date`];
  }
  if (!('score' in when)) return [];
  const levels = scores.get(when.score);
  if (levels === undefined) return [`there is no score ${when.score}`];
  if (when.level === undefined || levels.includes(when.level)) return [];
  return [`the score ${when.score} has no level ${when.level}; it has ${levels.join(', ') || 'none'}`];
}

function ruleProblems(rule: Rule, { segments, attributeType }: TriggerWorld): string[] {
  const surroundings: RuleSurroundings = { attributeType, segment: '', rules: segments };
  const found = checkRule(rule, surroundings).map(({ path, message }) => `${path}: ${message}`);
  // Its threshold is kept fresh for segments only.
  if (conditionsOf(rule).some((condition) => 'percentile' in condition))
    found.push('a percentile can be asked for in a segment only: make one, and ask for the segment here');
  return found;
}

function orderProblems(order: Order, catalog: Catalog): string[] {
  const destination = destinationOf(order);
  const provider = catalog.get(destination);
  if (provider === undefined) return [`there is no enabled destination ${destination}`];
  const declared = declarationOf(order, catalog);
  if (declared === undefined) {
    if ('handOff' in order) return [`nobody can take over at ${provider.title}`];
    if ('notice' in order) return [`colleagues cannot be told anything by ${provider.title}`];
    const known = provider.actions?.map(({ id }) => id).join(', ') ?? '';
    return [`${provider.title} has no action ${order.action.action}; it has ${known || 'none'}`];
  }
  if (!('action' in order)) return [];
  const { input } = order.action;
  return [...templateProblems(input), ...inputProblems(input, declared.input)];
}

/** Texts that are to be filled in may become anything, so only what stands there already is checked. */
function inputProblems(input: unknown, schema: z.ZodType): string[] {
  const read = schema.safeParse(input);
  return (read.error?.issues ?? []).flatMap(({ path, message }) => {
    const value = path.reduce<unknown>(
      (inside, key) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, key) : undefined),
      input,
    );
    const isTemplate = typeof value === 'string' && value.includes('{{');
    return isTemplate ? [] : [`input${path.map((key) => `.${String(key)}`).join('')}: ${message}`];
  });
}

function templateProblems(value: unknown, place = 'input'): string[] {
  if (typeof value === 'string') {
    const problem = value.includes('{{') ? templateProblem(value) : null;
    return problem === null ? [] : [`${place}: ${problem}`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => templateProblems(inner, `${place}.${key}`));
}
