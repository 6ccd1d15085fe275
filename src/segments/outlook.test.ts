import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, compileRule, nextChangeAtMs } from './evaluate.js';
import { EventQueries } from './event-query.js';
import { type Rule, ruleSchema } from './rule.js';
import { world } from './fixtures.js';
import { aggregateOf, hourMs, type TestEvent, testEnvironment, testPerson, type TestPerson } from './test-support.js';

/** A rule that can be asked about a person at any moment, with the events as they were then. */
function asked(rule: Rule, zone: string) {
  const queries = new EventQueries();
  const compiled = compileRule(rule, { ...testEnvironment(zone), queries });
  const subject = ({ profile, events }: TestPerson, nowMs: number) => ({
    profile,
    aggregates: queries.all.map((query) => aggregateOf(query, events, nowMs)),
  });
  return {
    holds: (who: TestPerson, nowMs: number) => compiled.holds(subject(who, nowMs), nowMs),
    outlook: (who: TestPerson, nowMs: number) => compiled.outlook(subject(who, nowMs), nowMs),
  };
}

const past = ({ profile, events }: TestPerson, nowMs: number): TestPerson => ({
  profile,
  events: events.filter(({ occurredAtMs }) => occurredAtMs <= nowMs),
});

describe('the moment of the next change', () => {
  it('is later than now, and until then the answer stays', () => {
    let changing = 0;
    fc.assert(
      fc.property(world(12, 5), fc.double({ min: 0, max: 1, noNaN: true }), ({ nowMs, zone, rules, people }, place) => {
        for (const rule of rules) {
          const { holds, outlook } = asked(rule, zone);
          for (const who of people.map((each) => past(each, nowMs))) {
            const answer = holds(who, nowMs);
            const told = outlook(who, nowMs);
            expect(answerOf(told)).toBe(answer);
            const change = nextChangeAtMs(told);
            if (change !== null) changing += 1;
            expect(change ?? Infinity).toBeGreaterThan(nowMs);
            const lastMs = (change ?? nowMs + 400 * 24 * hourMs) - 1;
            expect(holds(who, lastMs)).toBe(answer);
            expect(holds(who, Math.floor(nowMs + (lastMs - nowMs) * place))).toBe(answer);
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(changing).toBeGreaterThan(300);
  });

  it('is reached again and again until nothing changes any more, and never missed on the way', () => {
    fc.assert(
      fc.property(world(8, 4), fc.integer({ min: 1, max: 240 }), ({ nowMs, zone, rules, people }, hours) => {
        for (const rule of rules) {
          const { holds, outlook } = asked(rule, zone);
          for (const who of people.map((each) => past(each, nowMs))) {
            const endMs = nowMs + hours * hourMs;
            let settledMs = nowMs;
            for (;;) {
              const change = nextChangeAtMs(outlook(who, settledMs));
              if (change === null || change > endMs) break;
              settledMs = change;
            }
            expect(holds(who, endMs)).toBe(holds(who, settledMs));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

const at = (text: string): number => Date.parse(text);
const rule = (condition: object, timeZone_?: string): Rule =>
  ruleSchema.parse({ version: 1, ...(timeZone_ !== undefined && { timeZone: timeZone_ }), all: [condition] });
const order = (occurredAt: string, more: Partial<TestEvent> = {}): TestEvent => ({
  id: '0198c0de-0000-7000-8000-00000000000a',
  kind: 'business_event',
  name: 'order',
  channel: null,
  source: 'shop',
  occurredAtMs: at(occurredAt),
  properties: {},
  ...more,
});
/** The answer, and when it could next change, as ISO 8601. */
function told(
  condition: object,
  who: Partial<TestPerson['profile']>,
  now: string,
  events: TestEvent[] = [],
  zone?: string,
) {
  const outlook = asked(rule(condition, zone), 'UTC').outlook({ profile: testPerson(who), events }, at(now));
  const change = nextChangeAtMs(outlook);
  return [answerOf(outlook), change === null ? null : new Date(change).toISOString()] as const;
}

describe('exact time', () => {
  const ordered = (within: object, measure: object) => ({
    events: { names: ['order'] },
    within: { last: within },
    measure: 'count',
    ...measure,
  });

  it('an event leaves a rolling window at the very millisecond', () => {
    const bought = ordered({ days: 30 }, { operator: 'atLeast', value: 1 });
    const events = [order('2026-03-01T10:00:00Z'), order('2026-03-10T10:00:00.123Z')];
    expect(told(bought, {}, '2026-03-11T00:00:00Z', events)).toEqual([true, '2026-04-09T10:00:00.123Z']);
    expect(told(bought, {}, '2026-04-09T10:00:00.122Z', events)).toEqual([true, '2026-04-09T10:00:00.123Z']);
    expect(told(bought, {}, '2026-04-09T10:00:00.123Z', events)).toEqual([false, null]);
  });

  it('somebody is inactive from the moment on when the last event leaves, not when the first does', () => {
    const inactive = ordered({ days: 30 }, { operator: 'equals', value: 0 });
    const events = [order('2026-03-01T10:00:00Z'), order('2026-03-10T10:00:00Z')];
    expect(told(inactive, {}, '2026-03-11T00:00:00Z', events)).toEqual([false, '2026-04-09T10:00:00.000Z']);
    expect(told(inactive, {}, '2026-04-09T10:00:00Z', events)).toEqual([true, null]);
  });

  it('a count that is below what is wanted has no next change: time only takes events away', () => {
    const thrice = ordered({ days: 30 }, { operator: 'atLeast', value: 3 });
    expect(told(thrice, {}, '2026-03-11T00:00:00Z', [order('2026-03-10T10:00:00Z')])).toEqual([false, null]);
  });

  it('what another part decides needs no clock', () => {
    const both = {
      all: [
        { attribute: 'plan', operator: 'equals', value: 'pro' },
        ordered({ days: 30 }, { operator: 'atLeast', value: 1 }),
      ],
    };
    const events = [order('2026-03-10T10:00:00Z')];
    expect(told(both, { attributes: { plan: 'free' } }, '2026-03-11T00:00:00Z', events)).toEqual([false, null]);
    expect(told(both, { attributes: { plan: 'pro' } }, '2026-03-11T00:00:00Z', events)[1]).not.toBeNull();
  });

  it('a cart is abandoned a day after it was filled, if no order has followed', () => {
    const abandoned = {
      sequence: { names: ['cart'] },
      within: { last: { days: 7 } },
      then: 'stillNot',
      events: { names: ['order'] },
      after: { hours: 24 },
    };
    const cart = order('2026-03-28T12:00:00Z', { name: 'cart' });
    expect(told(abandoned, {}, '2026-03-28T12:00:00Z', [cart])).toEqual([false, '2026-03-29T12:00:00.000Z']);
    expect(told(abandoned, {}, '2026-03-29T12:00:00Z', [cart])).toEqual([true, '2026-04-04T12:00:00.000Z']);
    const bought = [cart, order('2026-03-30T00:00:00Z', { id: '0198c0de-0000-7000-8000-00000000000b' })];
    expect(told(abandoned, {}, '2026-03-31T12:00:00Z', bought)).toEqual([false, null]);
    expect(told({ ...abandoned, then: 'didNot' }, {}, '2026-03-31T12:00:00Z', bought)[0]).toBe(true);
  });

  it('days begin when the clocks of the zone say so, also on the days on which they change', () => {
    const tomorrow = { attribute: 'due', operator: 'inNext', value: { days: 1 } };
    const who = { attributes: { due: '2026-03-30' } };
    // Madrid: 29 March has 23 hours, and begins at 23:00 UTC of the day before; the 31st begins at 22:00 UTC.
    expect(told(tomorrow, who, '2026-03-28T22:59:59.999Z', [], 'Europe/Madrid')).toEqual([
      false,
      '2026-03-28T23:00:00.000Z',
    ]);
    expect(told(tomorrow, who, '2026-03-28T23:00:00Z', [], 'Europe/Madrid')).toEqual([
      true,
      '2026-03-30T22:00:00.000Z',
    ]);
    expect(told(tomorrow, who, '2026-03-30T22:00:00Z', [], 'Europe/Madrid')).toEqual([false, null]);
  });

  it('a day begins at one in the morning where the clocks skip midnight', () => {
    const today = { attribute: 'due', operator: 'inNext', value: { days: 0 } };
    const who = { attributes: { due: '2026-09-06' } };
    expect(told(today, who, '2026-09-05T20:00:00Z', [], 'America/Santiago')).toEqual([
      false,
      '2026-09-06T04:00:00.000Z',
    ]);
  });

  it("takes the person's own zone where the rule wants it, and the other one where that says nothing", () => {
    const who = (zone: string) => ({ attributes: { due: '2026-06-01', zone } });
    const due = ruleSchema.parse({
      version: 1,
      timeZone: { attribute: 'zone', otherwise: 'Asia/Tokyo' },
      all: [{ attribute: 'due', operator: 'inNext', value: { days: 0 } }],
    });
    const begins = (zone: string): number | null =>
      nextChangeAtMs(
        asked(due, 'UTC').outlook({ profile: testPerson(who(zone)), events: [] }, at('2026-05-30T00:00:00Z')),
      );
    expect(begins('UTC-07')).toBe(at('2026-06-01T07:00:00Z'));
    expect(begins('Europe/Madrid')).toBe(at('2026-05-31T22:00:00Z'));
    expect(begins('on the moon')).toBe(at('2026-05-31T15:00:00Z'));
  });

  it('a birthday on 29 February is on the 28th in years without one', () => {
    const today = { attribute: 'born', operator: 'birthday', value: { inNextDays: 0 } };
    const who = { attributes: { born: '2000-02-29' } };
    expect(told(today, who, '2027-02-27T12:00:00Z')).toEqual([false, '2027-02-28T00:00:00.000Z']);
    expect(told(today, who, '2027-02-28T12:00:00Z')).toEqual([true, '2027-03-01T00:00:00.000Z']);
    expect(told(today, who, '2027-03-01T00:00:00Z')).toEqual([false, '2028-02-29T00:00:00.000Z']);
  });

  it('hours are counted exactly: soon until it happens, then past', () => {
    const soon = { attribute: 'seen', operator: 'inNext', value: { hours: 2 } };
    const who = { attributes: { seen: '2026-03-29T03:00:00.000Z' } };
    expect(told(soon, who, '2026-03-29T00:00:00Z')).toEqual([false, '2026-03-29T01:00:00.000Z']);
    expect(told(soon, who, '2026-03-29T01:00:00Z')).toEqual([true, '2026-03-29T03:00:00.000Z']);
    expect(told(soon, who, '2026-03-29T03:00:00Z')).toEqual([false, null]);
  });

  it('membership counts from the moment of entry', () => {
    const hot = { segment: 'hot', operator: 'in', forAtLeast: { days: 3 } };
    const who = { segments: { hot: at('2026-03-27T12:00:00Z') } };
    expect(told(hot, who, '2026-03-29T12:00:00Z')).toEqual([false, '2026-03-30T12:00:00.000Z']);
    expect(told(hot, who, '2026-03-30T12:00:00Z')).toEqual([true, null]);
    expect(told(hot, {}, '2026-03-30T12:00:00Z')).toEqual([false, null]);
  });
});
