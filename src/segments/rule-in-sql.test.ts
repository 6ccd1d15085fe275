import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../test/support/database.js';
import { compileRule, nextChangeAtMs } from './evaluate.js';
import { type AggregateRow, collectAggregates, eventAggregatesSql } from './event-aggregates-sql.js';
import { EventQueries, queriesOf } from './event-query.js';
import type { Rule } from './rule.js';
import { SqlParameters } from './sql-parameters.js';
import { noEvents } from './subject.js';
import { world } from './fixtures.js';
import { aggregateOf, testEnvironment, type TestPerson } from './test-support.js';
import { type SqlEnvironment, toSql } from './to-sql.js';

const database = testDatabase();

async function store(people: readonly TestPerson[]): Promise<void> {
  await database.dataSource.query('TRUNCATE profiles, events');
  await database.dataSource.query(
    `INSERT INTO profiles (id, version, attributes, tags, consents, segments, created_at, updated_at, last_event_at)
     SELECT id, 1, attributes, tags, consents, segments, created_at, created_at, last_event_at
     FROM jsonb_to_recordset($1::jsonb) AS p (id uuid, attributes jsonb, tags jsonb, consents jsonb, segments jsonb,
       created_at timestamptz, last_event_at timestamptz)`,
    [
      JSON.stringify(
        people.map(({ profile }) => ({
          ...profile,
          created_at: profile.createdAt,
          last_event_at: profile.lastEventAt,
        })),
      ),
    ],
  );
  const events = people.flatMap(({ profile, events: own }) =>
    own.map((each) => ({
      ...each,
      profile_id: profile.id,
      occurred_at: new Date(each.occurredAtMs),
      data: Object.keys(each.properties).length > 0 ? { properties: each.properties } : {},
    })),
  );
  await database.dataSource.query(
    `INSERT INTO events (id, received_at, occurred_at, source, kind, name, channel, profile_id, data, raw)
     SELECT id, occurred_at, occurred_at, source, kind, name, channel, profile_id, data, ''
     FROM jsonb_to_recordset($1::jsonb) AS e (id uuid, occurred_at timestamptz, source text, kind text, name text,
       channel text, profile_id uuid, data jsonb)`,
    [JSON.stringify(events)],
  );
}

/** For each profile, the answers of all rules. */
async function answersInSql(rules: readonly Rule[], environment: SqlEnvironment, nowMs: number) {
  const parameters = new SqlParameters();
  const columns = rules.map((rule) => toSql(rule, environment, nowMs, parameters));
  const rows = await database.dataSource.transaction(async (manager) => {
    // Forty people are not worth compiling forty rules for.
    await manager.query('SET LOCAL jit = off');
    return manager.query<{ id: string; answers: boolean[] }[]>(
      `SELECT p.id, ARRAY[${columns.join(',\n')}] AS answers FROM profiles p`,
      [...parameters.values],
    );
  });
  return new Map(rows.map(({ id, answers }) => [id, answers]));
}

async function aggregatesInSql(people: readonly TestPerson[], queries: EventQueries, nowMs: number) {
  const wanted = people.flatMap(({ profile }) => queries.all.map((_query, slot) => ({ profileId: profile.id, slot })));
  const rows: AggregateRow[] = [];
  for (const { text, values } of eventAggregatesSql(queries.all, wanted, nowMs))
    rows.push(...(await database.dataSource.query<AggregateRow[]>(text, [...values])));
  return collectAggregates(rows);
}

// Two thousand rules; on a busy machine that takes its time.
describe('any rule, for anybody, at any moment', { timeout: 180_000 }, () => {
  it('gets the same answer from the compiled predicate and from SQL', async () => {
    const answers = { true: 0, false: 0 };
    await fc.assert(
      fc.asyncProperty(world(120, 15), async ({ nowMs, zone, rules, people }) => {
        await store(people);
        const queries = new EventQueries();
        const compiled = rules.map((rule) => compileRule(rule, { ...testEnvironment(zone), queries }));
        const compare = async (atMs: number): Promise<number> => {
          const inSql = await answersInSql(rules, testEnvironment(zone), atMs);
          const aggregates = await aggregatesInSql(people, queries, atMs);
          const different: object[] = [];
          let soonest = Infinity;
          for (const { profile } of people) {
            const subject = { profile, aggregates: aggregates.get(profile.id) ?? [] };
            for (const [index, rule] of rules.entries()) {
              const outlook = compiled[index]!.outlook(subject, atMs);
              const holds = compiled[index]!.holds(subject, atMs);
              if (holds !== inSql.get(profile.id)![index]) different.push({ rule, atMs, zone, subject, holds });
              answers[`${holds}`] += 1;
              soonest = Math.min(soonest, nextChangeAtMs(outlook) ?? Infinity);
            }
          }
          expect(different).toEqual([]);
          return soonest;
        };
        const soonest = await compare(nowMs);
        if (Number.isFinite(soonest)) await compare(soonest);
      }),
      { numRuns: 18, endOnFailure: true },
    );
    expect(Math.min(answers.true, answers.false)).toBeGreaterThan(5_000);
  });

  it('finds in the events what a simple reading of them finds', async () => {
    await fc.assert(
      fc.asyncProperty(world(60, 30), async ({ nowMs, zone, rules, people }) => {
        await store(people);
        const queries = new EventQueries();
        for (const query of rules.flatMap((rule) => queriesOf(rule, zone))) queries.slotOf(query);
        const found = await aggregatesInSql(people, queries, nowMs);
        for (const { profile, events } of people)
          for (const [slot, query] of queries.all.entries()) {
            const { sum, average, ...exact } = aggregateOf(query, events, nowMs);
            const { sum: sumInSql, average: averageInSql, ...inSql } = found.get(profile.id)?.[slot] ?? noEvents;
            expect({ query, ...inSql }).toEqual({ query, ...exact });
            // PostgreSQL adds up decimals, JavaScript binary fractions.
            expect((sumInSql ?? 0) / (sum === null || sum === 0 ? 1 : sum)).toBeCloseTo(
              sum === null || sum === 0 ? 0 : 1,
            );
            expect(averageInSql === null).toBe(average === null);
          }
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
