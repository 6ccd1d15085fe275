import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueries } from '../segments/event-query.js';
import type { EventFacts } from '../segments/event-match.js';
import { testPerson } from '../segments/test-support.js';
import { compileScore, type CompiledScore, scoreAt, stateFromEvents } from './evaluate-score.js';
import { levelOf } from './levels.js';
import { readyMadeScores } from './ready-made-scores.js';
import { scoreSchema } from './score.js';
import { advanceScore, newScoreState, type ScoreState } from './score-state.js';

const dayMs = 86_400_000;
const start = Date.parse('2026-03-01T00:00:00Z');
const compile = (definition: object): CompiledScore =>
  compileScore(scoreSchema.parse({ version: 1, most: 1_000, ...definition }), {
    timeZone: 'UTC',
    salt: 'score',
    queries: new EventQueries(),
    thresholds: new Map(),
  });
const event = (day: number, more: Partial<EventFacts> = {}): EventFacts => ({
  kind: 'business_event',
  name: 'order',
  channel: null,
  source: 'shop',
  occurredAtMs: start + Math.round(day * dayMs),
  properties: {},
  ...more,
});
const pointsAt = (score: CompiledScore, state: ScoreState, day: number): number =>
  scoreAt(score, state, testPerson(), start + Math.round(day * dayMs)).points;
const after = (score: CompiledScore, ...events: EventFacts[]): ScoreState => stateFromEvents(score, events);
const orders = { events: { names: ['order'] } };

describe('points of events', () => {
  it('halve with each half-life', () => {
    const score = compile({ points: [{ ...orders, points: 64, fades: { halfLife: { days: 10 } } }] });
    const state = after(score, event(0));
    expect([0, 10, 20, 60].map((day) => pointsAt(score, state, day))).toEqual([64, 32, 16, 1]);
    expect(pointsAt(score, after(score, event(0), event(10)), 10)).toBe(96);
  });

  it('end at once after their time, at the very millisecond', () => {
    const score = compile({ points: [{ ...orders, points: 5, atMost: 10, fades: { after: { days: 7 } } }] });
    const state = after(score, event(0), event(1), event(2));
    expect([2, 7, 8, 9].map((day) => pointsAt(score, state, day))).toEqual([10, 10, 5, 0]);
    expect(scoreAt(score, state, testPerson(), start + 2 * dayMs).nextChangeAtMs).toBe(start + 8 * dayMs);
  });

  it('remember no more events than it takes to be worth the most', () => {
    const score = compile({ points: [{ ...orders, points: 5, atMost: 10, fades: { after: { days: 7 } } }] });
    const many = Array.from({ length: 100 }, (_unused, n) => event(n / 100));
    expect(stateFromEvents(score, many).lines[0]!.events).toHaveLength(2);
  });

  it('are never worth more than the most, and count once per time', () => {
    const capped = compile({ points: [{ ...orders, points: 40, atMost: 60 }] });
    expect(pointsAt(capped, after(capped, event(0), event(1), event(2)), 3)).toBe(60);
    const once = compile({ points: [{ ...orders, points: 10, oncePer: { hours: 1 } }] });
    expect(pointsAt(once, after(once, event(0), event(0.01), event(0.05)), 1)).toBe(20);
  });

  it('are multiplied by a property, where that is a number above zero', () => {
    const score = compile({ points: [{ ...orders, points: 0.5, times: 'amount' }] });
    const bought = (amount: number | string) => event(0, { properties: { amount } });
    expect(pointsAt(score, after(score, bought(30), bought(-5), bought('many'), event(0)), 1)).toBe(15);
  });

  it('leave the state as it is when the event is another one', () => {
    const score = compile({ points: [{ ...orders, points: 1 }] });
    expect(advanceScore(score.lines, newScoreState, event(0, { name: 'other' }))).toBe(newScoreState);
  });

  it('come to the same in whatever order events arrive, step by step or from the whole history', () => {
    const score = compile({
      points: [
        { ...orders, points: 7, fades: { halfLife: { days: 3 } } },
        { events: { names: ['view'] }, points: 2, times: 'n' },
        { events: {}, points: 5, atMost: 400, fades: { after: { days: 5 } } },
      ],
    });
    const some = fc.record({
      day: fc.double({ min: 0, max: 20, noNaN: true }),
      name: fc.constantFrom('order', 'view', 'other'),
      n: fc.integer({ min: -2, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 30 }), fc.double({ min: 20, max: 40, noNaN: true }), (all, day) => {
        const events = all.map((each) => event(each.day, { name: each.name, properties: { n: each.n } }));
        const nowMs = start + Math.round(day * dayMs);
        const expected = events.reduce((sum, { name, occurredAtMs, properties }) => {
          const age = nowMs - occurredAtMs;
          const n = Number(properties.n);
          return (
            sum +
            (name === 'order' ? 7 * 2 ** (-age / (3 * dayMs)) : 0) +
            (name === 'view' && n > 0 ? 2 * n : 0) +
            (age < 5 * dayMs ? 5 : 0)
          );
        }, 0);
        const found = scoreAt(score, stateFromEvents(score, events), testPerson(), nowMs).points;
        expect(Math.abs(found - expected)).toBeLessThan(1 + 1e-6);
        expect(JSON.parse(JSON.stringify(stateFromEvents(score, events)))).toEqual(stateFromEvents(score, events));
      }),
    );
  });
});

describe('points of what somebody is like', () => {
  it('count for as long as it is so, and say when time alone ends it', () => {
    const score = compile({
      points: [
        { when: { tags: 'anyOf', value: ['vip'] }, points: 10 },
        { when: { profile: 'createdAt', operator: 'inLast', value: { hours: 48 } }, points: 5 },
      ],
    });
    const who = testPerson({ tags: ['vip'], createdAt: new Date(start) });
    expect(scoreAt(score, newScoreState, who, start + dayMs)).toMatchObject({
      points: 15,
      nextChangeAtMs: start + 2 * dayMs,
    });
    expect(scoreAt(score, newScoreState, who, start + 2 * dayMs)).toMatchObject({ points: 10, nextChangeAtMs: null });
  });
});

describe('levels', () => {
  const levels = [
    { name: 'warm', from: 30, until: 20 },
    { name: 'hot', from: 60, until: 50 },
  ];

  it.each([
    [70, null, 'hot'],
    [55, 'hot', 'hot'],
    [55, 'warm', 'warm'],
    [49, 'hot', 'warm'],
    [25, 'hot', 'warm'],
    [25, null, null],
    [19, 'hot', null],
    [60, 'gone', 'hot'],
  ])('%i points, %s before: %s', (points, before, expected) => expect(levelOf(levels, points, before)).toBe(expected));

  it('are left at the very millisecond in which the points no longer suffice', () => {
    const score = compile({
      points: [{ ...orders, points: 100, fades: { halfLife: { days: 10 } } }],
      levels,
      step: 1_000,
    });
    const hot = scoreAt(score, after(score, event(0)), testPerson(), start);
    expect(hot).toMatchObject({ points: 100, level: 'hot', nextChangeAtMs: start + 10 * dayMs + 1 });
    expect(scoreAt(score, hot.state, testPerson(), start + 10 * dayMs).level).toBe('hot');
    const warm = scoreAt(score, hot.state, testPerson(), start + 10 * dayMs + 1);
    expect(warm).toMatchObject({ points: 49, level: 'warm' });
    expect(warm.nextChangeAtMs).toBeGreaterThan(start + 23 * dayMs);
  });

  it('do not change, nor the points by a step, before the moment that is told', () => {
    const score = compile({
      points: [
        { ...orders, points: 30, atMost: 90, fades: { halfLife: { days: 3 } } },
        { events: { names: ['view'] }, points: 7, atMost: 50, fades: { after: { days: 2 } } },
        { events: { names: ['complaint'] }, points: -15, atMost: 30, fades: { after: { hours: 30 } } },
      ],
      levels,
    });
    const some = fc.tuple(fc.double({ min: 0, max: 5, noNaN: true }), fc.constantFrom('order', 'view', 'complaint'));
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), (all, place) => {
        const state = stateFromEvents(
          score,
          all.map(([day, name]) => event(day, { name })),
        );
        let nowMs = start + 5 * dayMs;
        let told = scoreAt(score, state, testPerson(), nowMs);
        for (let round = 0; round < 60 && told.nextChangeAtMs !== null; round += 1) {
          expect(told.nextChangeAtMs).toBeGreaterThan(nowMs);
          const between = Math.floor(nowMs + (told.nextChangeAtMs - 1 - nowMs) * place);
          const then = scoreAt(score, told.state, testPerson(), between);
          expect([then.level, Math.floor(then.points / 5)]).toEqual([told.level, Math.floor(told.points / 5)]);
          nowMs = told.nextChangeAtMs;
          told = scoreAt(score, told.state, testPerson(), nowMs);
        }
        expect(told.nextChangeAtMs).toBeNull();
      }),
    );
  });
});

describe('a definition', () => {
  it.each([
    [{ points: [] }, /Too small/],
    [{ points: [{ ...orders, points: 1, fades: { after: { days: 1 } } }] }, /is needed where points end/],
    [{ points: [{ ...orders, points: 1, fades: { halfLife: { days: 0 } } }] }, /longer than nothing/],
    [
      {
        points: [1, -1].map((points) => ({ ...orders, points, fades: { halfLife: { days: 1 } } })),
      },
      /all be above 0 or all below/,
    ],
    [
      {
        points: [{ ...orders, points: 1 }],
        levels: [
          { name: 'a', from: 5, until: 5 },
          { name: 'b', from: 5, until: 5 },
        ],
      },
      /above the level before/,
    ],
  ])('is refused: %j', (definition, message) => {
    const read = scoreSchema.safeParse({ version: 1, ...definition });
    expect(read.error?.issues.map((issue) => issue.message).join('\n')).toMatch(message);
  });

  it('for engagement goes up with what somebody does and down when nothing happens', () => {
    const engagement = compile({ ...readyMadeScores[0]!.definition });
    const lively = after(
      engagement,
      ...Array.from({ length: 8 }, (_unused, n) => event(n, { kind: 'message_in', name: 'message' })),
      event(7, { name: 'order_placed' }),
      event(6, { name: 'cart_updated' }),
    );
    const now = scoreAt(engagement, lively, testPerson(), start + 8 * dayMs);
    expect(now.level).toBe('hot');
    expect(scoreAt(engagement, now.state, testPerson(), start + 200 * dayMs).level).toBe('cold');
  });
});
