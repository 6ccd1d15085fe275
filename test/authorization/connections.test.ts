import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Connections } from '../../src/delivery/connections.service.js';
import { asPurpose } from '../../src/delivery/call-purpose.js';
import type { ConnectionContext } from '../../src/destinations/destination.js';
import { MappingDirectory } from '../../src/mapping/mapping-directory.service.js';
import { type Core, startCore, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

const seen = vi.hoisted(() => ({
  closed: [] as string[],
  contexts: new Map<string, unknown>(),
  goOn: (): void => undefined,
}));
vi.mock('../../src/destinations/registry.js', async () => ({
  destinations: [
    (await import('../support/acme.js')).acme(
      {
        limits: () => ({
          batchSize: 1,
          parallelCalls: 5,
          rates: [],
          timeoutMs: 1_000,
          daily: { keptForOthers: 0.1, keptForSync: 0.4 },
        }),
      },
      ({ key }, context) => {
        seen.contexts.set(String(key), context);
        return {
          check: () =>
            new Promise((resolve) => {
              seen.goOn = () => resolve({ account: String(key), problems: [] });
            }),
          close: () => {
            seen.closed.push(String(key));
            return Promise.resolve();
          },
        };
      },
    ),
  ],
}));

const database = testDatabase();
const clock = new TestClock();
let core: Core;
beforeAll(async () => {
  core = await startCore(database.url, clock);
});
afterAll(() => core.close());

const connect = (key: string, name = 'acme') =>
  core.connect({ key: name, provider: 'acme', title: 'Acme', settings: { baseUrl: 'https://acme.test', key } });
const connection = (name = 'acme') => {
  const connected = core.get(MappingDirectory).findConnected(name);
  if (connected === undefined) throw new Error(`${name} is not connected`);
  return core.get(Connections).to(connected);
};

describe('a connection', () => {
  it('is the same one as long as the settings stay, and is closed when they change, once its last use has ended', async () => {
    await connect('first');
    const first = connection();
    expect(connection()).toBe(first);
    const use = first.check({ mapping: null });
    await connect('second');
    const second = connection();
    expect(second).not.toBe(first);
    expect(seen.closed).toEqual([]);
    seen.goOn();
    expect(await use).toMatchObject({ account: 'first' });
    await expect.poll(() => seen.closed).toEqual(['first']);
  });

  it('refuses to read history when the daily allowance is kept for news, tells other processes, and goes on the next day', async () => {
    await connect('daily', 'metered');
    connection('metered');
    const { call, reportUsage } = seen.contexts.get('daily') as ConnectionContext;
    const send = () => call({ operation: 'get', repeatable: true }, () => Promise.resolve('answer'));
    reportUsage({ limit: 100, remaining: 45, resetsAt: new Date(clock.now().getTime() + 60_000) });
    await expect(asPurpose('enrichment', send)).rejects.toMatchObject({
      kind: 'throttled',
      details: { retryAfterMs: 60_000 },
    });
    expect(await send()).toBe('answer');
    const stored = () =>
      database.dataSource.query(
        `SELECT usage->'remaining' AS left FROM destination_states WHERE destination = 'metered'`,
      );
    await expect.poll(stored, { timeout: 20_000 }).toEqual([{ left: 45 }]);
    const other = await startCore(database.url, clock);
    const active = other.get(MappingDirectory).findConnected('metered');
    if (active === undefined) throw new Error('not connected');
    other.get(Connections).to(active);
    const theirs = seen.contexts.get('daily') as ConnectionContext;
    const read = () =>
      asPurpose('enrichment', () =>
        theirs.call({ operation: 'get', repeatable: true }, () => Promise.resolve('answer')),
      );
    await expect(read()).rejects.toMatchObject({ kind: 'throttled' });
    clock.forward(60_000);
    expect(await read()).toBe('answer');
    await other.close();
  });
});
