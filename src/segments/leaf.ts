import type { Consent, Purpose } from '../consent/consent.js';
import { dayLength, dayNumber } from './civil-day.js';
import { type Comparison, type MomentComparison, type PropertyComparison, whenUnknown } from './comparison.js';
import { calendarDays, durationMs } from './duration.js';
import {
  type LatestQuery,
  type MeasureQuery,
  type SequenceQuery,
  queryOfEvents,
  queryOfSequence,
  queryOfTouchpoint,
} from './event-query.js';
import { fold } from './fold.js';
import { type NumberRange, numberRange } from './number-range.js';
import { percentileKey } from './percentile.js';
import { randomDraw, type RandomDraw } from './random-draw.js';
import { asksWhen, type Condition, type EventCondition } from './condition.js';
import type { Rule } from './rule.js';
import type { TimeRange, ZoneChoice } from './time-test.js';

/** One question to one value. What the answer is where the value is not known: `unknownAnswer` of the leaf. */
export type ValueTest =
  | { readonly test: 'known' }
  | { readonly test: 'equal'; readonly values: readonly (string | number | boolean)[]; readonly negate: boolean }
  | { readonly test: 'text'; readonly how: TextMatch; readonly wanted: string; readonly negate: boolean }
  | { readonly test: 'number'; readonly range: NumberRange }
  | { readonly test: 'time'; readonly range: TimeRange }
  | { readonly test: 'birthday'; readonly inNextDays: number }
  | { readonly test: 'list'; readonly how: 'anyOf' | 'allOf' | 'noneOf'; readonly values: readonly string[] };
/** `wanted` is folded already. */
export type TextMatch = 'contains' | 'startsWith' | 'endsWith' | 'matches';

/** A condition with everything resolved: zones, units. The predicate, the SQL and the explanation are all made of this. */
export type Leaf =
  | { readonly kind: 'attribute'; readonly key: string; readonly test: ValueTest; readonly unknownAnswer: boolean }
  | { readonly kind: 'profile'; readonly field: 'createdAt' | 'lastEventAt'; readonly range: TimeRange }
  | { readonly kind: 'tags'; readonly how: 'anyOf' | 'allOf' | 'noneOf'; readonly values: readonly string[] }
  | {
      readonly kind: 'consent';
      readonly purpose: Purpose;
      readonly status: Consent['status'];
      readonly negate: boolean;
    }
  | { readonly kind: 'segment'; readonly key: string; readonly negate: boolean; readonly forMs: number }
  | {
      readonly kind: 'amount';
      readonly query: MeasureQuery;
      readonly measure: AmountMeasure;
      readonly range: NumberRange;
    }
  | {
      readonly kind: 'moment';
      readonly query: MeasureQuery;
      readonly measure: 'first' | 'last';
      readonly range: TimeRange;
    }
  | { readonly kind: 'sequence'; readonly query: SequenceQuery }
  | {
      readonly kind: 'latest';
      readonly query: LatestQuery;
      readonly values: readonly string[];
      readonly negate: boolean;
    }
  | { readonly kind: 'percentile'; readonly attribute: string; readonly key: string; readonly top: boolean }
  | { readonly kind: 'random'; readonly draw: RandomDraw };
export type AmountMeasure = 'count' | 'sum' | 'min' | 'max' | 'average';

/** What resolving a condition needs to know beside the rule. */
export interface LeafContext {
  readonly zone: ZoneChoice;
  /** Of random percentages without a salt of their own: the segment's key. */
  readonly salt: string;
}

/** The zone whose days count in a rule. */
export function zoneOf(rule: Rule, otherwise: string): ZoneChoice {
  const { timeZone } = rule;
  if (timeZone === undefined) return { zone: otherwise, attribute: null };
  return typeof timeZone === 'string'
    ? { zone: timeZone, attribute: null }
    : { zone: timeZone.otherwise, attribute: timeZone.attribute };
}

export function leafOf(condition: Condition, context: LeafContext): Leaf {
  if ('percentile' in condition)
    return {
      kind: 'percentile',
      attribute: condition.attribute,
      key: percentileKey(condition),
      top: condition.percentile === 'top',
    };
  if ('attribute' in condition) {
    const test = attributeTest(condition);
    return { kind: 'attribute', key: condition.attribute, test, unknownAnswer: whenUnknown[condition.operator] };
  }
  if ('profile' in condition) return { kind: 'profile', field: condition.profile, range: timeRange(condition) };
  if ('tags' in condition) return { kind: 'tags', how: condition.tags, values: condition.value };
  if ('consent' in condition)
    return {
      kind: 'consent',
      purpose: condition.consent,
      status: condition.value,
      negate: condition.operator === 'isNot',
    };
  if ('segment' in condition) {
    const forAtLeast = condition.operator === 'in' ? condition.forAtLeast : undefined;
    const forMs = forAtLeast === undefined ? 0 : durationMs(forAtLeast);
    return { kind: 'segment', key: condition.segment, negate: condition.operator === 'notIn', forMs };
  }
  if ('sequence' in condition) return { kind: 'sequence', query: queryOfSequence(condition) };
  if ('events' in condition) return eventLeaf(condition, context.zone.zone);
  if ('random' in condition)
    return { kind: 'random', draw: randomDraw(condition.random, condition.salt ?? context.salt) };
  return touchpointLeaf(condition);
}

function eventLeaf(condition: EventCondition, zone: string): Leaf {
  const query = queryOfEvents(condition, zone);
  if (asksWhen(condition)) return { kind: 'moment', query, measure: condition.measure, range: timeRange(condition) };
  return { kind: 'amount', query, measure: condition.measure, range: numberRange(condition) };
}

function touchpointLeaf(condition: Extract<Condition, { channel: unknown } | { source: unknown }>): Leaf {
  const query = queryOfTouchpoint(condition);
  const negate = condition.operator === 'noneOf';
  if (query.kind === 'latest') return { kind: 'latest', query, values: condition.value, negate };
  const range = numberRange(negate ? { operator: 'equals', value: 0 } : { operator: 'atLeast', value: 1 });
  return { kind: 'amount', query, measure: 'count', range };
}

/** What is asked depends on the rule alone, never on a declaration, which may come later than the rule. */
export function attributeTest(comparison: Comparison): ValueTest {
  switch (comparison.operator) {
    case 'birthday':
      return { test: 'birthday', inNextDays: comparison.value.inNextDays };
    case 'anyOf':
    case 'allOf':
    case 'noneOf':
      return { test: 'list', how: comparison.operator, values: comparison.value };
    case 'before':
    case 'onOrBefore':
    case 'after':
    case 'onOrAfter':
    case 'inNext':
    case 'inLast':
    case 'moreThanAgo':
    case 'moreThanAhead':
      return { test: 'time', range: timeRange(comparison) };
    case 'between': {
      const [low, high] = comparison.value;
      if (typeof low === 'number' && typeof high === 'number')
        return { test: 'number', range: numberRange({ operator: 'between', value: [low, high] }) };
      const moments = { operator: 'between', value: [String(low), String(high)] } satisfies MomentComparison;
      return { test: 'time', range: timeRange(moments) };
    }
    default:
      return propertyTest(comparison);
  }
}

/** The tests that neither the clock nor a zone has a part in. */
export function propertyTest(comparison: PropertyComparison): ValueTest {
  switch (comparison.operator) {
    case 'known':
    case 'unknown':
      return { test: 'known' };
    case 'equals':
    case 'notEquals':
      return { test: 'equal', values: [comparison.value], negate: comparison.operator === 'notEquals' };
    case 'oneOf':
    case 'notOneOf':
      return { test: 'equal', values: comparison.value, negate: comparison.operator === 'notOneOf' };
    case 'contains':
    case 'notContains':
    case 'startsWith':
    case 'endsWith':
    case 'matches':
    case 'notMatches': {
      const { how, negate } = textMatches[comparison.operator];
      return { test: 'text', how, wanted: fold(comparison.value), negate };
    }
    default:
      return { test: 'number', range: numberRange(comparison) };
  }
}

const textMatches = {
  contains: { how: 'contains', negate: false },
  notContains: { how: 'contains', negate: true },
  startsWith: { how: 'startsWith', negate: false },
  endsWith: { how: 'endsWith', negate: false },
  matches: { how: 'matches', negate: false },
  notMatches: { how: 'matches', negate: true },
} as const satisfies Record<string, { how: TextMatch; negate: boolean }>;

/** Days where the rule speaks of days, else milliseconds. */
export function timeRange(comparison: MomentComparison): TimeRange {
  switch (comparison.operator) {
    case 'inNext':
    case 'inLast':
    case 'moreThanAgo':
    case 'moreThanAhead': {
      const days = calendarDays(comparison.value);
      if (days !== null) return { scale: 'day', relative: true, ...dayDistances[comparison.operator](days) };
      const distance = momentDistances[comparison.operator](durationMs(comparison.value));
      return { scale: 'ms', relative: true, ...distance };
    }
    case 'between':
      return absoluteRange(comparison.value[0], comparison.value[1]);
    case 'before':
    case 'onOrBefore':
      return absoluteRange(null, comparison.value, comparison.operator === 'onOrBefore');
    case 'after':
    case 'onOrAfter':
      return absoluteRange(comparison.value, null, comparison.operator === 'onOrAfter');
  }
}

interface Distances {
  readonly low: number;
  readonly high: number;
}
/** In days from today; today is both in the next and in the last days. */
const dayDistances = {
  inNext: (days) => ({ low: 0, high: days }),
  inLast: (days) => ({ low: -days, high: 0 }),
  moreThanAgo: (days) => ({ low: -Infinity, high: -days - 1 }),
  moreThanAhead: (days) => ({ low: days + 1, high: Infinity }),
} satisfies Record<string, (days: number) => Distances>;
/** In ms from now. The present moment is in the last hour, not in the next; an hour ago is no longer in the last hour. */
const momentDistances = {
  inNext: (ms) => ({ low: 1, high: ms }),
  inLast: (ms) => ({ low: -ms + 1, high: 0 }),
  moreThanAgo: (ms) => ({ low: -Infinity, high: -ms }),
  moreThanAhead: (ms) => ({ low: ms + 1, high: Infinity }),
} satisfies Record<string, (ms: number) => Distances>;

/** @param included whether the one end that is given belongs to it */
function absoluteRange(low: string | null, high: string | null, included = true): TimeRange {
  const isDay = (low ?? high ?? '').length === dayLength;
  const place = isDay ? dayNumber : (text: string) => Date.parse(text);
  const step = included ? 0 : 1;
  return {
    scale: isDay ? 'day' : 'ms',
    relative: false,
    low: low === null ? -Infinity : place(low) + step,
    high: high === null ? Infinity : place(high) - step,
  };
}
