import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeRule } from './describe.js';
import { compileRule } from './evaluate.js';
import { EventQueries } from './event-query.js';
import { explain, type ExplainedNode } from './explain.js';
import { readyMadeSegments } from './ready-made.js';
import { isGroup, partsOfGroup, type RuleNode, ruleSchema } from './rule.js';
import { world } from './fixtures.js';
import { aggregateOf, testEnvironment, testPerson } from './test-support.js';

const nowMs = Date.parse('2026-06-10T12:00:00Z');
const leavesOf = (node: ExplainedNode): ExplainedNode[] => node.parts?.flatMap(leavesOf) ?? [node];

describe('an explanation', () => {
  const rule = ruleSchema.parse({
    version: 1,
    all: [
      { attribute: 'plan', operator: 'equals', value: 'pro' },
      { attribute: 'age', operator: 'atLeast', value: 18 },
      {
        any: [
          { tags: 'anyOf', value: ['vip'] },
          {
            events: { names: ['order'] },
            within: { last: { days: 30 } },
            measure: 'count',
            operator: 'atLeast',
            value: 1,
          },
        ],
      },
    ],
  });
  const environment = { ...testEnvironment('UTC'), queries: new EventQueries() };
  const explained = (attributes: Record<string, string | number>, tags: string[] = ['vip']) =>
    explain(rule, environment, { profile: testPerson({ attributes, tags }), aggregates: [] }, nowMs);

  it('has the actual values, and names the condition that decided', () => {
    const { answer, parts } = explained({ plan: 'pro', age: 17 });
    expect(answer).toBe(false);
    expect(parts).toMatchObject([
      { text: 'plan is "pro"', finding: 'true', actual: 'pro', decides: false },
      { text: 'age is at least 18', finding: 'false', actual: 17, decides: true },
      { text: 'at least one of these', answer: true, decides: false },
    ]);
  });

  it('tells unknown from false, also where a value is of another type', () => {
    expect(explained({ age: 20 }).parts?.[0]).toMatchObject({ finding: 'unknown', actual: null, answer: false });
    expect(explained({ plan: 'pro', age: 'old' }).parts?.[1]).toMatchObject({ finding: 'unknown', actual: 'old' });
  });

  it('of a rule that holds, names in "at least one of these" only those that do', () => {
    const all = leavesOf(explained({ plan: 'pro', age: 20 }));
    expect(all.map(({ decides }) => decides)).toEqual([true, true, true, false]);
  });

  it('comes to the same answer as the rule, part by part', () => {
    fc.assert(
      fc.property(world(4, 3), ({ nowMs: atMs, zone, rules, people }) => {
        for (const each of rules)
          for (const { profile, events } of people) {
            const queries = new EventQueries();
            const surroundings = { ...testEnvironment(zone), queries };
            const compiled = compileRule(each, surroundings);
            const aggregates = queries.all.map((query) => aggregateOf(query, events, atMs));
            const told = explain(each, surroundings, { profile, aggregates }, atMs);
            expect(told.answer).toBe(compiled.holds({ profile, aggregates }, atMs));
            expect(recomputed(each, told)).toBe(told.answer);
          }
      }),
      { numRuns: 25 },
    );
  });
});

/** The answer that follows from those of the conditions alone. */
function recomputed(node: RuleNode, told: ExplainedNode): boolean {
  if (!isGroup(node)) return told.answer;
  const answers = partsOfGroup(node).map((part, index) => recomputed(part, told.parts![index]!));
  if ('all' in node) return answers.every(Boolean);
  return answers.some(Boolean) === 'any' in node;
}

describe('the text of a rule', () => {
  it('reads as a person would say it', () => {
    const texts = readyMadeSegments.map(({ key, rule }) => `${key}: ${describeRule(rule)}`);
    expect(texts.join('\n\n')).toBe(`new_contacts: all of these:
  - first seen within the last 7 days

returning_contacts: all of these:
  - first seen more than 7 days ago
  - any event of the kind message_in or business_event or crm_activity happened at least once in the last 7 days

product_interest: at least one of these:
  - event product_viewed happened at least 2 times in the last 14 days
  - productInterest is known

abandoned_cart: all of these:
  - the last event cart_updated in the last 7 days was 24 hours ago or more, and was not followed by event order_placed until now

high_value: all of these:
  - in the top 5 % by lifetimeSpend

at_risk: all of these:
  - event order_placed happened at least 2 times
  - no event order_placed happened in the last 60 days
  - no event of the kind message_in or business_event or crm_activity happened in the last 60 days

engaged_not_bought: all of these:
  - any event of the kind message_in happened at least 3 times in the last 30 days
  - no event order_placed happened

vip: at least one of these:
  - has the tag "vip"
  all of these:
    - in the top 5 % by lifetimeSpend
    - event order_placed happened at least once in the last 365 days

sales_ready_leads: all of these:
  - lifecycleStage is one of "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity"
  - engagement is at least 60
  - consent for email is not revoked

birthday_today: all of these:
  - birthday has its anniversary today
Days begin as in the zone that timezone names, else as in UTC.

inactive_30_days: all of these:
  - any event of the kind message_in or business_event or crm_activity happened at least once
  - no event of the kind message_in or business_event or crm_activity happened in the last 30 days`);
  });

  it('is there for any rule, and uses the captions it is given', () => {
    fc.assert(
      fc.property(world(5, 0), ({ rules }) => {
        for (const rule of rules) expect(describeRule(rule)).not.toMatch(/undefined|\[object|NaN/);
      }),
    );
    const captions = { attribute: () => 'Plan type', segment: () => 'Hot leads' };
    const rule = ruleSchema.parse({
      version: 1,
      none: [
        { attribute: 'plan', operator: 'notEquals', value: 'pro' },
        { segment: 'hot', operator: 'in', forAtLeast: { days: 1 } },
      ],
    });
    expect(describeRule(rule, captions)).toBe(
      'none of these:\n  - Plan type is not "pro" (also if not known)\n  - in the segment Hot leads for at least 1 day',
    );
  });
});
