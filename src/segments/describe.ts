import { type Comparison, type NumberComparison, whenUnknown } from './comparison.js';
import { type Duration, partsOf } from './duration.js';
import {
  asksWhen,
  type Condition,
  type EventCondition,
  type EventSelection,
  type SequenceCondition,
  type TagsCondition,
} from './condition.js';
import { isGroup, partsOfGroup, type Rule, type RuleGroup, type RuleNode } from './rule.js';

/** What attributes and segments are called by people; their keys where nobody said. */
export interface Captions {
  readonly attribute: (key: string) => string;
  readonly segment: (key: string) => string;
}
const keysOnly: Captions = { attribute: (key) => key, segment: (key) => key };

/** A rule in plain English, one condition a line; groups inside groups are indented. */
export function describeRule(rule: Rule, captions: Captions = keysOnly): string {
  const { timeZone } = rule;
  const lines = groupLines(rule, captions, '');
  if (timeZone === undefined) return lines.join('\n');
  const days =
    typeof timeZone === 'string'
      ? `Days begin as in ${timeZone}.`
      : `Days begin as in the zone that ${captions.attribute(timeZone.attribute)} names, else as in ${timeZone.otherwise}.`;
  return [...lines, days].join('\n');
}

function groupLines(group: RuleGroup, captions: Captions, indent: string): string[] {
  const parts = partsOfGroup(group);
  const kind = 'all' in group ? 'all' : 'any' in group ? 'any' : 'none';
  if (parts.length === 0) return [`${indent}${{ all: 'everybody', any: 'nobody', none: 'everybody' }[kind]}`];
  const head = { all: 'all of these:', any: 'at least one of these:', none: 'none of these:' }[kind];
  return [
    `${indent}${head}`,
    ...parts.flatMap((part) =>
      isGroup(part) ? groupLines(part, captions, `${indent}  `) : [`${indent}  - ${describeCondition(part, captions)}`],
    ),
  ];
}

/** A node in one line, for headings and explanations. */
export const describeNode = (node: RuleNode, captions: Captions = keysOnly): string =>
  isGroup(node)
    ? { all: 'all of these', any: 'at least one of these', none: 'none of these' }[
        'all' in node ? 'all' : 'any' in node ? 'any' : 'none'
      ]
    : describeCondition(node, captions);

export function describeCondition(condition: Condition, captions: Captions = keysOnly): string {
  if ('percentile' in condition)
    return `in the ${condition.percentile} ${condition.percent} % by ${captions.attribute(condition.attribute)}`;
  if ('attribute' in condition)
    return `${captions.attribute(condition.attribute)} ${comparisonText(condition)}${unknownNote(condition)}`;
  if ('profile' in condition)
    return `${{ createdAt: 'first seen', lastEventAt: 'last heard of' }[condition.profile]} ${whenText(condition)}`;
  if ('tags' in condition) return tagsText(condition);
  if ('consent' in condition)
    return `consent for ${condition.consent} ${condition.operator === 'is' ? 'is' : 'is not'} ${condition.value}`;
  if ('segment' in condition) {
    if (condition.operator === 'notIn') return `not in the segment ${captions.segment(condition.segment)}`;
    const span = condition.forAtLeast === undefined ? '' : ` for at least ${durationText(condition.forAtLeast)}`;
    return `in the segment ${captions.segment(condition.segment)}${span}`;
  }
  if ('sequence' in condition) return sequenceText(condition);
  if ('events' in condition) return eventText(condition);
  if ('random' in condition) return `drawn at random, ${condition.random} % of everybody`;
  const [what, which] = 'channel' in condition ? ['channel', condition.channel] : ['source', condition.source];
  const isOne = `${condition.operator === 'anyOf' ? '' : 'not '}${orList(condition.value)}`;
  return which === 'last'
    ? `wrote last by the ${what} ${isOne}`
    : `has${condition.operator === 'anyOf' ? '' : ' not'} written by the ${what} ${orList(condition.value)}`;
}

const listWords = { anyOf: 'at least one of', allOf: 'all of', noneOf: 'none of' } as const;
const quoted = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ');
const tagsText = ({ tags, value }: TagsCondition): string =>
  value.length === 1
    ? `${tags === 'noneOf' ? 'does not have' : 'has'} the tag ${quoted(value)}`
    : `has ${listWords[tags]} the tags ${quoted(value)}`;
const orList = (values: readonly string[]): string => values.join(' or ');

/** Said where it is easily overlooked: what denies something holds also for those of whom nothing is known. */
const unknownNote = ({ operator }: Comparison): string =>
  operator !== 'unknown' && whenUnknown[operator] ? ' (also if not known)' : '';

function comparisonText(comparison: Comparison): string {
  switch (comparison.operator) {
    case 'known':
      return 'is known';
    case 'unknown':
      return 'is not known';
    case 'equals':
      return `is ${JSON.stringify(comparison.value)}`;
    case 'notEquals':
      return `is not ${JSON.stringify(comparison.value)}`;
    case 'oneOf':
      return `is one of ${quoted(comparison.value)}`;
    case 'notOneOf':
      return `is none of ${quoted(comparison.value)}`;
    case 'contains':
    case 'notContains':
    case 'startsWith':
    case 'endsWith':
    case 'matches':
    case 'notMatches':
      return `${textWords[comparison.operator]} ${JSON.stringify(comparison.value)}`;
    case 'greaterThan':
    case 'atLeast':
    case 'lessThan':
    case 'atMost':
      return `is ${sizeWords[comparison.operator]} ${comparison.value}`;
    case 'between':
      return `is from ${comparison.value[0]} to ${comparison.value[1]}`;
    case 'birthday':
      return comparison.value.inNextDays === 0
        ? 'has its anniversary today'
        : `has its anniversary within the next ${comparison.value.inNextDays} days`;
    case 'anyOf':
    case 'allOf':
    case 'noneOf':
      return `holds ${listWords[comparison.operator]} ${quoted(comparison.value)}`;
    default:
      return `is ${whenText(comparison)}`;
  }
}

const textWords = {
  contains: 'contains',
  notContains: 'does not contain',
  startsWith: 'begins with',
  endsWith: 'ends with',
  matches: 'looks like',
  notMatches: 'does not look like',
} as const;
const sizeWords = { greaterThan: 'more than', atLeast: 'at least', lessThan: 'less than', atMost: 'at most' } as const;

/** The operators of moments, as they follow "is" or "first seen". */
type WhenComparison = Extract<
  Comparison,
  { operator: 'before' | 'onOrBefore' | 'after' | 'onOrAfter' | 'inNext' | 'inLast' | 'moreThanAgo' | 'moreThanAhead' }
>;
function whenText(comparison: WhenComparison | { operator: 'between'; value: readonly [string, string] }): string {
  switch (comparison.operator) {
    case 'between':
      return `from ${comparison.value[0]} to ${comparison.value[1]}`;
    case 'before':
      return `before ${comparison.value}`;
    case 'onOrBefore':
      return `on or before ${comparison.value}`;
    case 'after':
      return `after ${comparison.value}`;
    case 'onOrAfter':
      return `on or after ${comparison.value}`;
    case 'inNext':
      return isNothing(comparison.value) ? 'today' : `within the next ${durationText(comparison.value)}`;
    case 'inLast':
      return isNothing(comparison.value) ? 'today' : `within the last ${durationText(comparison.value)}`;
    case 'moreThanAgo':
      return isNothing(comparison.value) ? 'before today' : `more than ${durationText(comparison.value)} ago`;
    case 'moreThanAhead':
      return isNothing(comparison.value) ? 'after today' : `more than ${durationText(comparison.value)} ahead`;
  }
}

const isNothing = (duration: Duration): boolean => partsOf(duration).amount === 0;

export function durationText(duration: Duration): string {
  const { unit, amount } = partsOf(duration);
  return amount === 1 ? `1 ${unit.slice(0, -1)}` : `${amount} ${unit}`;
}

function eventText(condition: EventCondition): string {
  const events = selectionText(condition.events);
  if (asksWhen(condition)) {
    const since = condition.within === undefined ? '' : ` since ${condition.within.since}`;
    return `the ${condition.measure} ${events}${since} was ${whenText(condition)}`;
  }
  const { within } = condition;
  const window =
    within === undefined
      ? ''
      : 'last' in within
        ? ` in the last ${durationText(within.last)}`
        : ` since ${within.since}`;
  if (condition.measure === 'count') return `${timesText(events, condition)}${window}`;
  const measure = { sum: 'the sum', min: 'the smallest', max: 'the largest', average: 'the average' }[
    condition.measure
  ];
  return `${measure} of ${condition.property} over ${events}${window} ${comparisonText(condition)}`;
}

function timesText(events: string, comparison: NumberComparison): string {
  if (comparison.operator === 'between')
    return `${events} happened ${comparison.value[0]} to ${comparison.value[1]} times`;
  const { operator, value } = comparison;
  if (operator === 'equals' && value === 0) return `no ${events.replace(/^any /, '')} happened`;
  const word = { ...sizeWords, equals: 'exactly', notEquals: 'not exactly' }[operator];
  return `${events} happened ${word} ${value === 1 ? 'once' : `${value} times`}`;
}

function sequenceText({ sequence, events, then, after, within }: SequenceCondition): string {
  const start = `${selectionText(sequence)}${within === undefined ? '' : ` in the last ${durationText(within.last)}`}`;
  const span = durationText(after);
  if (then === 'did') return `${start}, followed by ${selectionText(events)} within ${span}`;
  if (then === 'didNot') return `the last ${start} was not followed by ${selectionText(events)} within ${span}`;
  return `the last ${start} was ${span} ago or more, and was not followed by ${selectionText(events)} until now`;
}

/** Which events are meant, in words. */
export function selectionText({ names, kinds, channels, sources, where }: EventSelection): string {
  const what = names === undefined ? 'any event' : `event ${orList(names)}`;
  const filters = [
    ...(kinds === undefined ? [] : [`of the kind ${orList(kinds)}`]),
    ...(channels === undefined ? [] : [`by ${orList(channels)}`]),
    ...(sources === undefined ? [] : [`from ${orList(sources)}`]),
    ...(where === undefined
      ? []
      : [`where ${where.map((each) => `${each.property} ${comparisonText(each)}${unknownNote(each)}`).join(' and ')}`]),
  ];
  return [what, ...filters].join(' ');
}
