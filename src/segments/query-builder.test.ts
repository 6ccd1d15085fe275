import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type BuilderQuery, fromQueryBuilder, toQueryBuilder } from './query-builder.js';
import { ruleSchema } from './rule.js';
import { anyRule } from './fixtures.js';

it('brings any rule to react-querybuilder and back, through JSON, without a difference', () => {
  fc.assert(
    fc.property(anyRule, (rule) => {
      const sent = JSON.parse(JSON.stringify(toQueryBuilder(rule))) as BuilderQuery;
      expect(fromQueryBuilder(sent)).toEqual(rule);
    }),
    { numRuns: 500 },
  );
});

it('writes any rule as YAML and reads the same one', () => {
  fc.assert(
    fc.property(anyRule, (rule) => {
      expect(ruleSchema.parse(parse(stringify(rule)))).toEqual(rule);
    }),
    { numRuns: 300 },
  );
});

it('has fields and values that a form can edit', () => {
  const rule = ruleSchema.parse({
    version: 1,
    none: [
      { attribute: 'plan', operator: 'oneOf', value: ['pro', 'team'] },
      { tags: 'anyOf', value: ['vip'] },
      { segment: 'hot', operator: 'in', forAtLeast: { days: 3 } },
      { any: [{ consent: 'email', operator: 'is', value: 'granted' }] },
    ],
  });
  expect(toQueryBuilder(rule).query).toEqual({
    combinator: 'or',
    not: true,
    rules: [
      { field: 'attribute.plan', operator: 'oneOf', value: ['pro', 'team'] },
      { field: 'tags', operator: 'anyOf', value: ['vip'] },
      { field: 'segment.hot', operator: 'in', value: { forAtLeast: { days: 3 } } },
      { combinator: 'or', rules: [{ field: 'consent.email', operator: 'is', value: 'granted' }] },
    ],
  });
});

it('reads what the form adds of its own, and "not all" as "none of all"', () => {
  const edited = {
    id: 'root',
    combinator: 'and' as const,
    not: true,
    rules: [{ id: 'r1', field: 'attribute.city.name', operator: 'known', value: '', valueSource: 'value' }],
  };
  expect(fromQueryBuilder({ query: edited })).toEqual({
    version: 1,
    none: [{ all: [{ attribute: 'city.name', operator: 'known' }] }],
  });
});

it('says where a query is no rule', () => {
  const query = { combinator: 'and' as const, rules: [{ field: 'nothing.at.all', operator: '=', value: 1 }] };
  expect(() => fromQueryBuilder({ query })).toThrow(/must have one of the keys/);
});
