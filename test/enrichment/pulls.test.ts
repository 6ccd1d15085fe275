import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DestinationStates } from '../../src/delivery/destination-states.repository.js';
import { DeliveryError } from '../../src/destinations/delivery-error.js';
import { PullStates } from '../../src/enrichment/pulls.repository.js';
import { Pulls } from '../../src/enrichment/pulls.service.js';
import { about, activity } from '../../src/enrichment/test-support.js';
import { AcmeHistory, dealStream } from '../support/acme-history.js';
import { type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

const shared = vi.hoisted(() => ({ history: null as AcmeHistory | null, purposes: [] as string[] }));
vi.mock('../../src/destinations/registry.js', async () => {
  const { acme } = await import('../support/acme.js');
  const { dealStream } = await import('../support/acme-history.js');
  const { presentPurpose } = await import('../../src/delivery/call-purpose.js');
  return {
    destinations: [
      acme({ history: [dealStream] }, () => ({
        pull: (request) => {
          shared.purposes.push(presentPurpose());
          if (shared.history === null) throw new Error('a test has a history');
          return shared.history.pull(request);
        },
      })),
    ],
  };
});

const database = testDatabase();
const clock = new TestClock();
let core: Core;
let other: Core;
let history: AcmeHistory;

const connect = async (pulls: object = {}) => {
  for (const each of [core, other])
    await each.connect({
      key: 'acme',
      provider: 'acme',
      title: 'Acme',
      settings: { baseUrl: 'https://acme.test', key: 'k' },
      mapping: {
        object: 'people',
        key: { from: 'email', to: 'email' },
        fields: [{ from: 'plan', to: 'plan', direction: 'both' }],
      },
      pulls,
    });
};

beforeAll(async () => {
  core = await startCore(database.url, clock);
  other = await startCore(database.url, clock);
  await core.submit(incoming('ada', { identities: [subscriber('ada'), email('ada@example.com')] }));
});
afterAll(() => Promise.all([core.close(), other.close()]));
beforeEach(async () => {
  await database.dataSource.query('TRUNCATE pulls, destination_states');
  await connect();
  history = shared.history = new AcmeHistory();
  shared.purposes.length = 0;
  clock.forward(60_000);
});

const deal = (name = 'deal_won') => activity(name, { about: about('1', 'ada@example.com'), dedupeKey: randomUUID() });
const pulls = (of = core) => of.get(Pulls);
const row = async () => {
  const [found] = await core.get(PullStates).of('acme');
  if (found === undefined) throw new Error('no stream is planned');
  return found;
};
const dealsOf = async (): Promise<number> => {
  const [count] = await database.dataSource.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM events WHERE kind = 'crm_activity'`,
  );
  return count?.count ?? 0;
};
/** As the sweep and the job it wakes. */
async function read(of = core): Promise<void> {
  await pulls(of).sweep();
  await pulls(of).run('acme', 'deals');
}

describe('a pull', () => {
  it('reads a stream page by page, commits each before it asks for the next, and keeps where it ended', async () => {
    history.facts = Array.from({ length: 5 }, () => deal());
    const before = await dealsOf();
    const committed: number[] = [];
    history.before = async () => {
      committed.push((await dealsOf()) - before);
    };
    await read();
    expect(committed).toEqual([0, 2, 4]);
    expect(await row()).toMatchObject({
      watermark: 5,
      cursor: null,
      done: '5',
      total: '5',
      facts: '5',
      puller: null,
      error: null,
    });
    expect(history.requests[0]).toMatchObject({
      object: 'people',
      fields: ['plan'],
      cursor: null,
      watermark: null,
      notBefore: null,
    });
    expect(shared.purposes).toEqual(['enrichment', 'enrichment', 'enrichment']);
  });

  it('comes again when it is due, and then reads only what is new', async () => {
    history.facts = [deal(), deal()];
    await read();
    history.facts.push(deal());
    await read();
    expect(history.requests).toHaveLength(1);
    clock.forward(dealStream.everyMs);
    await read();
    expect(history.requests.at(-1)).toMatchObject({ watermark: 2, cursor: null });
    expect(await row()).toMatchObject({ done: '1', facts: '1' });
  });

  it('is made by one process at a time', async () => {
    history.facts = [deal(), deal(), deal()];
    await pulls().sweep();
    await Promise.all([pulls().run('acme', 'deals'), pulls(other).run('acme', 'deals'), pulls().run('acme', 'deals')]);
    expect(history.requests).toHaveLength(2);
  });

  it('goes on in another process where a dead one was, and counts nothing twice', async () => {
    history.facts = Array.from({ length: 6 }, () => deal());
    const before = await dealsOf();
    await pulls().sweep();
    await database.dataSource.query(
      `UPDATE pulls SET cursor = '2', done = 2, facts = 2, puller = gen_random_uuid(), pulled_until = $1`,
      [new Date(clock.now().getTime() + 15_000)],
    );
    await read(other);
    expect(history.requests).toEqual([]);
    clock.forward(15_000);
    await read(other);
    expect(history.requests.map(({ cursor }) => cursor)).toEqual([2, 4]);
    expect(await row()).toMatchObject({ done: '6', watermark: 6 });
    expect((await dealsOf()) - before).toBe(4);
  });

  it('that fails goes on later where it was, and is not forgotten however often it fails', async () => {
    history.facts = [deal(), deal(), deal(), deal()];
    history.faults.set(2, new DeliveryError('transient', 'Acme answered 503'));
    await read();
    expect(await row()).toMatchObject({ cursor: 2, attempts: 1, error: 'Acme answered 503', puller: null });
    await read();
    expect(history.requests).toHaveLength(2);
    clock.forward(2_000);
    await read();
    expect(await row()).toMatchObject({ watermark: 4, attempts: 0, error: null });
  });

  it.each([
    ['throttled', { retryAfterMs: 90_000 }, 90_000, 0],
    ['unauthorized', {}, 300_000, 1],
    ['misconfigured', {}, 300_000, 1],
  ] as const)('that was %s waits %o', async (kind, details, waitsMs, attempts) => {
    history.facts = [deal()];
    history.faults.set(0, new DeliveryError(kind, 'no', details));
    await read();
    const { due_at, ...rest } = await row();
    expect(rest).toMatchObject({ attempts, error: 'no' });
    expect((due_at?.getTime() ?? 0) - clock.now().getTime()).toBe(waitsMs);
  });

  it('begins again from its last end when the provider does not know its place any more', async () => {
    history.facts = [deal(), deal(), deal()];
    history.faults.set(2, new DeliveryError('rejected', 'the cursor has expired'));
    await read();
    expect(await row()).toMatchObject({ cursor: null, watermark: null });
    clock.forward(2_000);
    await read();
    expect(await row()).toMatchObject({ watermark: 3, done: '3', error: null });
  });

  it('leaves a destination alone that is paused, or rests', async () => {
    history.facts = [deal()];
    await core.get(DestinationStates).hold('acme', randomUUID(), clock.now(), clock.now());
    await core.get(DestinationStates).pause('acme', 'the key was refused');
    await read();
    expect(history.requests).toEqual([]);
    expect(await row()).toMatchObject({ error: 'the key was refused' });
    await core.get(DestinationStates).resume('acme');
    clock.forward(60_000);
    await read();
    expect(await row()).toMatchObject({ done: '1', error: null });
  });

  it('stops after the page under way when a person says so, keeps its place, and goes on when told', async () => {
    history.facts = Array.from({ length: 6 }, () => deal());
    history.before = async (at) => {
      if (at === 2) await core.get(PullStates).stop('acme', 'deals');
    };
    await read();
    expect(await row()).toMatchObject({ stopped: true, cursor: 4, puller: null });
    await read();
    expect(history.requests).toHaveLength(2);
    history.before = () => Promise.resolve();
    await core.get(PullStates).start('acme', 'deals', false, clock.now());
    await read();
    expect(await row()).toMatchObject({ stopped: false, watermark: 6, done: '6' });
  });

  it('starts from the beginning when a person wants everything again, also while one is under way', async () => {
    history.facts = Array.from({ length: 4 }, () => deal());
    await read();
    const before = await dealsOf();
    history.before = async (at) => {
      history.before = () => Promise.resolve();
      if (at === 0) await core.get(PullStates).start('acme', 'deals', true, clock.now());
    };
    await core.get(PullStates).start('acme', 'deals', true, clock.now());
    await pulls().run('acme', 'deals');
    expect(await row()).toMatchObject({ cursor: null, watermark: null });
    await pulls().run('acme', 'deals');
    expect(await row()).toMatchObject({ watermark: 4, done: '4' });
    expect(await dealsOf()).toBe(before);
  });

  it('follows what the admin says: how often, not at all, nothing older', async () => {
    history.facts = [deal()];
    await connect({ streams: { deals: 'off' } });
    await read();
    expect(history.requests).toEqual([]);
    await connect({ streams: { deals: { everyMinutes: 1 } }, notBefore: '2026-01-01' });
    await read();
    expect(history.requests).toMatchObject([{ notBefore: new Date('2026-01-01T00:00:00Z') }]);
    const { due_at } = await row();
    expect((due_at?.getTime() ?? 0) - clock.now().getTime()).toBe(60_000);
    await connect({ streams: { deals: 'off' } });
    await pulls().sweep();
    expect(await row()).toMatchObject({ due_at: null });
    await expect(connect({ streams: { dels: 'off' } })).rejects.toThrow('must be one of deals');
  });

  it('takes 10,000 facts in well under the time a provider needs to tell them', async () => {
    history.facts = Array.from({ length: 10_000 }, () => deal());
    history.pageSize = 200;
    const beganMs = performance.now();
    await read();
    expect(await row()).toMatchObject({ facts: '10000' });
    expect(performance.now() - beganMs).toBeLessThan(20_000);
  });
});
