import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCallGate } from '../../src/delivery/call-gate.js';
import { asPurpose } from '../../src/delivery/call-purpose.js';
import { SharedPermits } from '../../src/delivery/shared-permits.service.js';
import { DeliveryError } from '../../src/destinations/delivery-error.js';
import type { CallGate, DestinationLimits } from '../../src/destinations/destination.js';
import { testDatabase } from '../support/database.js';
import { startRateLimitedServer } from '../support/rate-limited-server.js';

const database = testDatabase();
const processes: SharedPermits[] = [];
const servers: { close(): Promise<void> }[] = [];

const limits = (more: Partial<DestinationLimits> = {}): DestinationLimits => ({
  batchSize: 1,
  parallelCalls: 10,
  rates: [{ lane: 'default', calls: 100, perMs: 1_000 }],
  timeoutMs: 5_000,
  ...more,
});

/** As another process would have it: its own memory, its own place in the account. */
function process(declared: DestinationLimits): { readonly gate: CallGate; readonly permits: SharedPermits } {
  const permits = new SharedPermits(database.dataSource);
  processes.push(permits);
  const gate = createCallGate({
    limits: declared,
    nowMs: () => performance.now(),
    observe: () => undefined,
    limiter: () => permits.limiter('acme', declared),
  });
  return { gate, permits };
}

async function server(...options: Parameters<typeof startRateLimitedServer>) {
  const started = await startRateLimitedServer(...options);
  servers.push(started);
  return started;
}

const get = (gate: CallGate, url: string): Promise<void> =>
  gate({ operation: 'get', repeatable: true }, async () => {
    const { status, body } = await fetch(url);
    await body?.cancel();
    if (status === 429) throw new DeliveryError('throttled', 'too fast');
  });

/** Calls one after the other in many lines at once, for as long as it is told. */
async function callFor(ms: number, gate: CallGate, url: string, lines = 20): Promise<void> {
  const untilMs = performance.now() + ms;
  await Promise.all(
    Array.from({ length: lines }, async () => {
      while (performance.now() < untilMs) await get(gate, url).catch(() => undefined);
    }),
  );
}

beforeEach(() => database.dataSource.query('TRUNCATE call_permits'));
afterEach(async () => {
  await Promise.all(processes.splice(0).map((permits) => permits.beforeApplicationShutdown()));
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const sharing = (arrivals: readonly { readonly path: string }[], path: string): number =>
  arrivals.filter((each) => each.path === path).length / arrivals.length;

describe('the limits of an account', () => {
  it('are used to 95 % and more by three processes that come at different times, without a single refusal', async () => {
    const crm = await server({ calls: 100, perMs: 1_000, atOnce: 10, answersAfterMs: 5 });
    const [one, two, three] = [process(limits()), process(limits()), process(limits())];
    await Promise.all([
      callFor(3_550, one.gate, `${crm.origin}/one`),
      callFor(3_550, two.gate, `${crm.origin}/two`),
      later(500).then(() => callFor(3_050, three.gate, `${crm.origin}/three`)),
    ]);
    const { refused, arrivals } = await crm.seen();
    expect(refused).toBe(0);
    // The windows that begin after 0, 1, 2 and 3 seconds.
    expect(arrivals.filter(({ afterMs }) => afterMs < 3_600).length).toBeGreaterThan(0.95 * 4 * 100);
    expect(sharing(arrivals, '/three')).toBeGreaterThan(0.05);
  });

  it('let no more requests be under way at once than allowed, whatever the number of processes, and hand places on', async () => {
    const crm = await server({ calls: 100_000, perMs: 1_000, atOnce: 10, answersAfterMs: 20 });
    const all = limits({ rates: [] });
    const [one, two] = [process(all), process(all)];
    await Promise.all([callFor(800, one.gate, `${crm.origin}/one`), callFor(800, two.gate, `${crm.origin}/two`)]);
    const { arrivals, ...counts } = await crm.seen();
    expect(counts).toEqual({ refused: 0, mostAtOnce: 10 });
    for (const path of ['/one', '/two']) expect(sharing(arrivals, path)).toBeGreaterThan(0.2);
  });

  it('give news its way while another process reads history', async () => {
    const crm = await server({ calls: 100, perMs: 500, atOnce: 50, answersAfterMs: 2 });
    const declared = limits({ parallelCalls: 50, rates: [{ lane: 'default', calls: 100, perMs: 500 }] });
    const [history, news] = [process(declared), process(declared)];
    await Promise.all([
      asPurpose('enrichment', () => callFor(2_300, history.gate, `${crm.origin}/history`, 60)),
      later(300).then(() => callFor(2_000, news.gate, `${crm.origin}/news`, 60)),
    ]);
    const { refused, arrivals } = await crm.seen();
    expect(refused).toBe(0);
    // By then it has shown who lacks permits.
    const settled = arrivals.filter(({ afterMs }) => afterMs > 1_400 && afterMs < 2_200);
    expect(sharing(settled, '/news')).toBeGreaterThan(0.65);
  });

  it('are free again when a process that held them died, and what it used is not used twice', async () => {
    const crm = await server({ calls: 10, perMs: 300, atOnce: 5, answersAfterMs: 1 });
    const declared = limits({ parallelCalls: 5, rates: [{ lane: 'default', calls: 10, perMs: 300 }] });
    const dying = process(declared);
    await Promise.all(Array.from({ length: 10 }, () => get(dying.gate, crm.origin)));
    processes.length = 0; // nobody gives back what it holds
    await database.dataSource.query(
      `UPDATE call_permits SET revision = revision + 1, book = jsonb_set(book, '{holders}',
         (SELECT jsonb_object_agg(key, value || jsonb_build_object('untilMs', extract(epoch FROM clock_timestamp()) * 1000)) FROM jsonb_each(book->'holders')))`,
    );
    const { gate } = process(declared);
    await Promise.all(Array.from({ length: 20 }, () => get(gate, crm.origin)));
    expect(await crm.seen()).toMatchObject({ refused: 0 });
  });

  it('cost one process a few short queries a second under load, and nothing at rest', async () => {
    const crm = await server({ calls: 1_000, perMs: 1_000, atOnce: 10, answersAfterMs: 1 });
    const { gate } = process(limits({ rates: [{ lane: 'default', calls: 1_000, perMs: 1_000 }] }));
    await callFor(1_000, gate, crm.origin, 5);
    expect((await crm.seen()).arrivals.length).toBeGreaterThan(100);
    const [row] = await database.dataSource.query<{ revision: string }[]>('SELECT revision FROM call_permits');
    expect(Number(row?.revision)).toBeLessThan(20);
    await expect
      .poll(() => database.dataSource.query(`SELECT book->'holders' AS holders FROM call_permits`), { timeout: 20_000 })
      .toEqual([{ holders: {} }]);
  });
});
