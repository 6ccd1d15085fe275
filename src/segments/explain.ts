import type { AttributeValue } from '../profiles/attribute.js';
import { ownValue } from '../profiles/own-value.js';
import { dayNumber, momentMs } from './civil-day.js';
import { type Captions, describeNode } from './describe.js';
import { answerOf, compileRule, nextChangeAtMs, type RuleEnvironment } from './evaluate.js';
import { type Leaf, leafOf, type ValueTest, zoneOf } from './leaf.js';
import { isGroup, partsOfGroup, type Rule, type RuleNode } from './rule.js';
import { noEvents, type RuleSubject } from './subject.js';

/** What the rule found. `unknown`: there was nothing to compare with; the answer is then the one the operator has for that case. */
export type Finding = 'true' | 'false' | 'unknown';

/** One part of a rule with what it came to. */
export interface ExplainedNode {
  /** In plain English. */
  readonly text: string;
  readonly answer: boolean;
  /** Without it, or with all of its kind, the whole would have another answer. Never inside a part that does not decide. */
  readonly decides: boolean;
  /** ISO 8601; null: time alone does not change this answer. */
  readonly changesAt: string | null;
  /** Of a group; none: it is a condition. */
  readonly parts?: readonly ExplainedNode[];
  /** Of a condition. */
  readonly finding?: Finding;
  /** What the profile really has; null: nothing. */
  readonly actual?: AttributeValue | null;
}

/** Why somebody is in a segment, or is not: the rule as a tree, with actual values and what decided. */
export function explain(
  rule: Rule,
  environment: RuleEnvironment,
  subject: RuleSubject,
  nowMs: number,
  captions?: Captions,
): ExplainedNode {
  const context = { ...environment, zone: zoneOf(rule, environment.timeZone) };
  const { timeZone } = rule;
  // Each part is compiled by itself, so that the explanation cannot differ from the decision.
  const told = (node: RuleNode) => {
    const part: Rule = { version: 1, ...(timeZone !== undefined && { timeZone }), all: [node] };
    const outlook = compileRule(part, environment).outlook(subject, nowMs);
    const change = nextChangeAtMs(outlook);
    return { answer: answerOf(outlook), changesAt: change === null ? null : new Date(change).toISOString() };
  };
  const explained = (node: RuleNode, decides: boolean): ExplainedNode => {
    const head = { text: describeNode(node, captions), ...told(node), decides };
    if (isGroup(node)) {
      // The parts on the losing side would all have to change; on the winning side any one is enough, and each is named.
      const wanted = 'all' in node ? head.answer : 'none' in node ? !head.answer : head.answer;
      const parts = partsOfGroup(node).map((part) => explained(part, decides && told(part).answer === wanted));
      return { ...head, parts };
    }
    const { actual, known } = actualOf(leafOf(node, context), subject, environment);
    return { ...head, finding: known ? (head.answer ? 'true' : 'false') : 'unknown', actual };
  };
  return explained(rule, true);
}

interface Actual {
  readonly actual: AttributeValue | null;
  readonly known: boolean;
}

const found = (actual: AttributeValue | null | undefined): Actual => ({
  actual: actual ?? null,
  known: actual !== null && actual !== undefined,
});
const momentText = (atMs: number | null | undefined): string | null =>
  atMs === null || atMs === undefined ? null : new Date(atMs).toISOString();

/** What a condition looks at, as it is. */
function actualOf(leaf: Leaf, { profile, aggregates }: RuleSubject, environment: RuleEnvironment): Actual {
  const aggregateOf = (query: Parameters<typeof environment.queries.slotOf>[0]) =>
    aggregates[environment.queries.slotOf(query)] ?? noEvents;
  switch (leaf.kind) {
    case 'attribute': {
      const value = ownValue(profile.attributes, leaf.key);
      return { actual: value ?? null, known: value !== undefined && canAnswer(leaf.test, value) };
    }
    case 'profile':
      return found(profile[leaf.field].toISOString());
    case 'tags':
      return found(profile.tags);
    case 'consent':
      return found(profile.consents[leaf.purpose]?.status ?? 'unknown');
    case 'segment': {
      const enteredAtMs = ownValue(profile.segments, leaf.key);
      return {
        actual: enteredAtMs === undefined ? 'not in it' : `in it since ${momentText(enteredAtMs)}`,
        known: true,
      };
    }
    case 'amount': {
      const value = aggregateOf(leaf.query)[leaf.measure];
      return found(leaf.measure === 'sum' ? (value ?? 0) : value);
    }
    case 'moment': {
      const { firstAtMs, lastAtMs } = aggregateOf(leaf.query);
      return found(momentText(leaf.measure === 'first' ? firstAtMs : lastAtMs));
    }
    case 'sequence': {
      const { count, lastAtMs } = aggregateOf(leaf.query);
      if (lastAtMs === null) return { actual: 'it did not begin', known: true };
      const followed = leaf.query.then === 'did' ? count > 0 : count === 0;
      return { actual: `began ${momentText(lastAtMs)}, ${followed ? 'followed' : 'not followed'}`, known: true };
    }
    case 'latest':
      return found(aggregateOf(leaf.query).latest);
    case 'percentile': {
      const value = ownValue(profile.attributes, leaf.attribute);
      return { actual: value ?? null, known: typeof value === 'number' && environment.thresholds.has(leaf.key) };
    }
    case 'random':
      return found(profile.id);
  }
}

/** Is the value of the type that the test is about? */
function canAnswer(test: ValueTest, value: AttributeValue): boolean {
  switch (test.test) {
    case 'known':
      return true;
    case 'equal':
      return test.values.some((wanted) => typeof wanted === typeof value);
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'list':
      return Array.isArray(value);
    case 'birthday':
      return typeof value === 'string' && !Number.isNaN(dayNumber(value));
    case 'time':
      return (
        typeof value === 'string' &&
        (!Number.isNaN(momentMs(value)) || (test.range.scale === 'day' && !Number.isNaN(dayNumber(value))))
      );
  }
}
