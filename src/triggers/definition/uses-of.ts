import { conditionsOf } from '../../segments/rule.js';
import { destinationOf } from '../catalog.js';
import { compileSteps } from '../journey/program.js';
import type { Trigger } from './trigger.js';

/** What a trigger cannot do without. */
export type Usable = 'segment' | 'score' | 'destination';

/** Keys of what a trigger asks for, begins with or acts at. */
export function usesOf(trigger: Trigger): Readonly<Record<Usable, ReadonlySet<string>>> {
  const { when, if: condition, exitWhen, steps } = trigger;
  const program = compileSteps(steps);
  const rules = [
    ...(condition === undefined ? [] : [condition]),
    ...exitWhen.flatMap((exit) => ('rule' in exit ? [exit.rule] : [])),
    ...program.rules,
  ];
  const asked = rules.flatMap(conditionsOf).flatMap((each) => ('segment' in each ? [each.segment] : []));
  const orders = [...program.steps.values()].flatMap((step) => (step.kind === 'do' ? [step.order] : []));
  return {
    segment: new Set([...('segment' in when ? [when.segment] : []), ...asked]),
    score: new Set('score' in when ? [when.score] : []),
    destination: new Set(orders.map(destinationOf)),
  };
}
