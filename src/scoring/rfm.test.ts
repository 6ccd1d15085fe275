import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../test/support/database.js';
import { type Quintile, rfmKeys, rfmOf, rfmSchema, rfmSegment, rfmSegments, quintile } from './rfm.js';
import { breakpointsOf, rfmBreakpointsSql, type RfmBreakpointsRow, rfmChangesSql, type RfmRow } from './rfm-sql.js';

const quintiles: Quintile[] = [1, 2, 3, 4, 5];

describe('fifths', () => {
  it('put equal values together, and each value above a breakpoint one further', () => {
    expect([0, 1, 2, 3, 4, 5].map((value) => quintile(value, [1, 2, 3, 4]))).toEqual([1, 1, 2, 3, 4, 5]);
    expect([1, 2].map((value) => quintile(value, [1, 1, 1, 1]))).toEqual([1, 5]);
  });

  it('give each customer one of the eleven names, and each name to somebody', () => {
    const given = quintiles.flatMap((r) => quintiles.flatMap((f) => quintiles.map((m) => rfmSegment(r, f, m))));
    expect(new Set(given)).toEqual(new Set(rfmSegments));
    expect([rfmSegment(5, 5, 5), rfmSegment(5, 1, 1), rfmSegment(1, 5, 5), rfmSegment(1, 1, 1)]).toEqual([
      'Champions',
      'New Customers',
      "Can't Lose Them",
      'Lost',
    ]);
  });
});

describe('in the database', () => {
  const database = testDatabase();
  const nowMs = Date.parse('2026-06-01T00:00:00Z');
  const definition = rfmSchema.parse({ version: 1, rfm: { last: { days: 100 } } }).rfm;
  const keys = rfmKeys('rfm');

  it('everybody gets what the same facts give in memory, and only who has changed is told of', async () => {
    const purchase = fc.record({
      customer: fc.integer({ min: 0, max: 30 }),
      daysAgo: fc.integer({ min: 0, max: 120 }),
      amount: fc.constantFrom(5, 10, 25, 99.5, 'a lot'),
      name: fc.constantFrom('order_placed', 'order_placed', 'viewed'),
    });
    const purchases = fc.sample(fc.array(purchase, { minLength: 150, maxLength: 150 }), { numRuns: 1, seed: 3 }).flat();
    const customers = Array.from({ length: 31 }, () => randomUUID());
    await database.dataSource.query(
      `INSERT INTO profiles (id, version, created_at, updated_at, last_event_at) SELECT id, 1, now(), now(), now() FROM unnest($1::uuid[]) AS id`,
      [customers],
    );
    await database.dataSource.query(
      `INSERT INTO events (id, received_at, occurred_at, source, kind, name, profile_id, data, raw)
       SELECT gen_random_uuid(), at, at, 'shop', 'business_event', name, customer, jsonb_build_object('properties', jsonb_build_object('amount', amount)), ''
       FROM jsonb_to_recordset($1::jsonb) AS e (at timestamptz, name text, customer uuid, amount jsonb)`,
      [
        JSON.stringify(
          purchases.map(({ customer, daysAgo, ...each }) => ({
            ...each,
            customer: customers[customer],
            at: new Date(nowMs - daysAgo * 86_400_000),
          })),
        ),
      ],
    );
    const first = rfmBreakpointsSql(definition, nowMs);
    const [row] = await database.dataSource.query<RfmBreakpointsRow[]>(first.text, [...first.values]);
    const breakpoints = breakpointsOf(row!)!;
    const all = rfmChangesSql(definition, breakpoints, nowMs, keys);
    const rows = await database.dataSource.query<RfmRow[]>(all.text, [...all.values]);
    const counted = purchases.filter(({ name, daysAgo }) => name === 'order_placed' && daysAgo < 100);
    expect(rows).toHaveLength(new Set(counted.map(({ customer }) => customer)).size);
    expect(rows).toHaveLength(row!.customers);
    for (const { profile_id: id, ...found } of rows) {
      const own = counted.filter(({ customer }) => customers[customer] === id);
      const facts = {
        lastAtMs: Math.max(...own.map(({ daysAgo }) => nowMs - daysAgo * 86_400_000)),
        purchases: own.length,
        spent: own.reduce((sum, { amount }) => sum + (typeof amount === 'number' ? amount : 0), 0),
      };
      const { segment, ...expected } = rfmOf(facts, breakpoints);
      expect(rfmSegments).toContain(segment);
      expect(found).toEqual(expected);
    }
    const [known] = rows;
    await database.dataSource.query(`UPDATE profiles SET attributes = $2 WHERE id = $1`, [
      known!.profile_id,
      JSON.stringify({ rfmRecency: known!.recency, rfmFrequency: known!.frequency, rfmMonetary: known!.monetary }),
    ]);
    const changed = rfmChangesSql(definition, breakpoints, nowMs, keys);
    expect(await database.dataSource.query<RfmRow[]>(changed.text, [...changed.values])).toHaveLength(rows.length - 1);
    // A long time later: who had fifths has bought nothing in the time that counts.
    const lapsed = rfmChangesSql(definition, null, nowMs + 1_000 * 86_400_000, keys);
    await database.dataSource.query(
      `UPDATE profiles SET attributes = attributes || '{"rfmSegment": "Champions"}' WHERE id = $1`,
      [known!.profile_id],
    );
    expect(await database.dataSource.query<RfmRow[]>(lapsed.text, [...lapsed.values])).toEqual(
      [known!.recency, known!.frequency, known!.monetary].every((fifth) => fifth === 1)
        ? []
        : [{ profile_id: known!.profile_id, recency: 1, frequency: 1, monetary: 1 }],
    );
  });

  it('nobody has bought: there are no fifths', async () => {
    const none = rfmBreakpointsSql(rfmSchema.parse({ version: 1, rfm: { events: { names: ['never'] } } }).rfm, nowMs);
    const [row] = await database.dataSource.query<RfmBreakpointsRow[]>(none.text, [...none.values]);
    expect([row!.customers, breakpointsOf(row!)]).toEqual([0, null]);
  });
});
