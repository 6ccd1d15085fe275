import { describe, expect, it } from 'vitest';
import type { AttributeType } from '../profiles/attribute.js';
import { checkRule } from './check-rule.js';
import { circleThrough, evaluationOrder } from './evaluation-order.js';
import { inputsOf } from './inputs.js';
import { type Rule, ruleSchema } from './rule.js';

const rule = (...all: object[]): Rule => ruleSchema.parse({ version: 1, all });
/** Place and message of each problem. */
const problems = (input: unknown): string[] =>
  ruleSchema.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('a rule that is not well formed', () => {
  it('is refused with the place of each mistake, of all of them at once', () => {
    const found = problems({
      version: 1,
      all: [
        { attribute: 'plan', operator: 'equls', value: 'pro' },
        {
          any: [
            { tags: 'anyOf', value: [] },
            { events: { names: ['a'] }, measure: 'count', operator: 'atLeast', value: '2' },
          ],
        },
        { segmnt: 'hot' },
        { events: {}, within: { last: { months: 1 } }, measure: 'count', operator: 'atLeast', value: 1 },
      ],
    });
    expect(found.map((each) => each.slice(0, each.indexOf(':')))).toEqual([
      'all.0.operator',
      'all.1.any.0.value',
      'all.1.any.1.value',
      'all.2',
      'all.3.within',
    ]);
    expect(found[3]).toMatch(/one of the keys all, any, none, attribute/);
  });

  it.each([
    [{ all: [] }, /version/],
    [{ version: 2, all: [] }, /expected 1/],
    [{ version: 1 }, /must have one of the keys|must begin with/],
    [{ version: 1, all: [], any: [] }, /Unrecognized key/],
    [{ version: 1, tags: 'anyOf', value: ['x'] }, /must begin with all, any or none/],
    [{ version: 1, all: [], timeZone: 'Mars/Base' }, /Europe\/Madrid/],
    [{ version: 1, all: [{ attribute: 'a', operator: 'between', value: [3, 1] }] }, /above/],
    [{ version: 1, all: [{ attribute: 'a', operator: 'before', value: 'soon' }] }, /2026-11-22/],
    [{ version: 1, all: [{ attribute: 'a', operator: 'equals', value: 'a\u0000b' }] }, /characters/],
    [{ version: 1, all: [{ segment: 'x', operator: 'in', forAtLeast: { days: 0 } }] }, /longer than nothing/],
    [{ version: 1, all: Array.from({ length: 301 }, () => ({ tags: 'anyOf', value: ['x'] })) }, /more than 300/],
    ['all', /object/],
  ])('%j', (input, message) => expect(problems(input).join('\n')).toMatch(message));

  it('may not be nested without end', () => {
    let nested: object = { tags: 'anyOf', value: ['x'] };
    for (let depth = 0; depth < 14; depth += 1) nested = { all: [nested] };
    expect(problems({ version: 1, ...nested }).join()).toMatch(/deeper than 12/);
  });
});

describe('a rule beside everything else', () => {
  const types: Record<string, AttributeType> = {
    plan: 'string',
    age: 'number',
    born: 'date',
    likes: 'list',
    seen: 'datetime',
  };
  const check = (condition: object) =>
    checkRule(rule(condition), {
      attributeType: (key) => types[key],
      segment: 'mine',
      rules: new Map([
        ['other', rule({ segment: 'mine', operator: 'in' })],
        ['plain', rule()],
      ]),
    }).map(({ path, message }) => `${path}: ${message}`);

  it.each([
    [{ attribute: 'age', operator: 'contains', value: 'x' }, 'age is a number; contains is for string'],
    [{ attribute: 'age', operator: 'equals', value: '18' }, '"18" is no number'],
    [{ attribute: 'born', operator: 'equals', value: 'today' }, 'today is no day (2026-11-22)'],
    [{ attribute: 'born', operator: 'inLast', value: { hours: 3 } }, 'it has no time of day'],
    [
      { attribute: 'plan', operator: 'between', value: ['2026-01-01', '2026-02-01'] },
      'between is for number, date, datetime',
    ],
    [{ attribute: 'likes', operator: 'equals', value: 'tea' }, 'anyOf, allOf, noneOf'],
    [{ percentile: 'top', percent: 5, attribute: 'plan' }, 'only a number has a top'],
    [{ segment: 'gone', operator: 'in' }, 'there is no segment gone'],
    [{ segment: 'mine', operator: 'notIn' }, 'in a circle: mine → mine'],
    [{ segment: 'other', operator: 'in' }, 'mine → other → mine'],
  ])('is refused: %j', (condition, message) => expect(check(condition).join('\n')).toContain(message));

  it.each([
    { attribute: 'never seen before', operator: 'birthday', value: { inNextDays: 0 } },
    { attribute: 'age', operator: 'between', value: [1, 2] },
    { attribute: 'seen', operator: 'inLast', value: { hours: 3 } },
    { attribute: 'born', operator: 'oneOf', value: ['2000-01-01'] },
    { segment: 'plain', operator: 'in' },
  ])('may be saved: %j', (condition) => expect(check(condition)).toEqual([]));

  it('is evaluated after the segments it asks for', () => {
    const asks = (...keys: string[]) => rule(...keys.map((segment) => ({ segment, operator: 'in' })));
    const rules = new Map([
      ['c', asks('b', 'a')],
      ['b', asks('a', 'gone')],
      ['a', asks()],
    ]);
    expect(evaluationOrder(rules)).toEqual(['a', 'b', 'c']);
    expect([...rules.keys()].map((key) => circleThrough(key, (other) => rules.get(other)))).toEqual([null, null, null]);
    const circle = new Map([
      ['a', asks('b')],
      ['b', asks('c')],
      ['c', asks('b')],
    ]);
    expect([...circle.keys()].map((key) => circleThrough(key, (other) => circle.get(other)))).toEqual([
      null,
      ['b', 'c', 'b'],
      ['c', 'b', 'c'],
    ]);
    expect(evaluationOrder(circle).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('says what it looks at', () => {
    const inputs = inputsOf(
      ruleSchema.parse({
        version: 1,
        timeZone: { attribute: 'zone', otherwise: 'UTC' },
        any: [
          { attribute: 'born', operator: 'birthday', value: { inNextDays: 3 } },
          {
            none: [
              { tags: 'anyOf', value: ['x'] },
              { consent: 'sms', operator: 'is', value: 'granted' },
            ],
          },
          { percentile: 'top', percent: 5, attribute: 'spend' },
          { segment: 'hot', operator: 'in' },
          {
            events: { names: ['b', 'a', 'b'] },
            within: { last: { days: 1 } },
            measure: 'count',
            operator: 'atLeast',
            value: 1,
          },
          {
            events: { names: ['a', 'b'] },
            within: { last: { hours: 24 } },
            measure: 'count',
            operator: 'equals',
            value: 0,
          },
        ],
      }),
      'UTC',
    );
    expect([...inputs.attributes].toSorted()).toEqual(['born', 'spend', 'zone']);
    expect({ ...inputs, purposes: [...inputs.purposes], segments: [...inputs.segments] }).toMatchObject({
      tags: true,
      purposes: ['sms'],
      segments: ['hot'],
      profileMoments: false,
      timed: true,
      percentiles: [{ percentile: 'top', percent: 5, attribute: 'spend' }],
    });
    // Both conditions about events ask the same question.
    expect(inputs.eventQueries).toHaveLength(1);
    expect(inputsOf(rule({ attribute: 'plan', operator: 'known' }), 'UTC').timed).toBe(false);
  });
});
