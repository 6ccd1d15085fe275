import { type Purpose, purposes } from '../consent/consent.js';
import { type EventQuery, queriesOf } from './event-query.js';
import { type Condition, type PercentileCondition, rollingMs } from './condition.js';
import { conditionsOf, type Rule } from './rule.js';

/** What a rule looks at: nothing else can change its answer, except the clock if it is `timed`. */
export interface RuleInputs {
  /** The attribute that names the time zone is among them. */
  readonly attributes: ReadonlySet<string>;
  readonly tags: boolean;
  readonly purposes: ReadonlySet<Purpose>;
  readonly segments: ReadonlySet<string>;
  /** It looks at when the profile was created, or at its last event. */
  readonly profileMoments: boolean;
  readonly eventQueries: readonly EventQuery[];
  /** Thresholds that have to be known, and refreshed. */
  readonly percentiles: readonly PercentileCondition[];
  /** Time alone can change the answer. */
  readonly timed: boolean;
}

/** @param timeZone of rules without one */
export function inputsOf(rule: Rule, timeZone: string): RuleInputs {
  const conditions = conditionsOf(rule);
  const zone = rule.timeZone ?? timeZone;
  const [fixed, zoneAttribute] = typeof zone === 'string' ? [zone, []] : [zone.otherwise, [zone.attribute]];
  const attributes = conditions.flatMap((each) => ('attribute' in each ? each.attribute : []));
  return {
    attributes: new Set([...attributes, ...zoneAttribute]),
    tags: conditions.some((each) => 'tags' in each),
    purposes: new Set(
      purposes.filter((purpose) => conditions.some((each) => 'consent' in each && each.consent === purpose)),
    ),
    segments: new Set(conditions.flatMap((each) => ('segment' in each ? each.segment : []))),
    profileMoments: conditions.some((each) => 'profile' in each),
    eventQueries: queriesOf(rule, fixed),
    percentiles: conditions.filter((each) => 'percentile' in each),
    timed: conditions.some(isTimed),
  };
}

/** Does time alone change the answer to this condition? */
export function isTimed(condition: Condition): boolean {
  if ('sequence' in condition) return condition.then !== 'did' || condition.within !== undefined;
  if ('events' in condition && rollingMs(condition.within) !== null) return true;
  if ('segment' in condition) return condition.operator === 'in' && condition.forAtLeast !== undefined;
  return 'operator' in condition && timedOperators.has(condition.operator);
}

const timedOperators: ReadonlySet<string> = new Set(['inNext', 'inLast', 'moreThanAgo', 'moreThanAhead', 'birthday']);
