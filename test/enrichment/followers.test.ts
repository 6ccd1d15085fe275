import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeliveryError } from '../../src/destinations/delivery-error.js';
import type { RemoteFact } from '../../src/destinations/remote-fact.js';
import { Followers } from '../../src/enrichment/followers.service.js';
import { PullStates } from '../../src/enrichment/pulls.repository.js';
import { about, activity } from '../../src/enrichment/test-support.js';
import { type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

/** Who listens to Acme now: what to tell them, and how to end it. */
interface Listener {
  tell(facts: readonly RemoteFact[]): Promise<void>;
  fail(error: Error): void;
  readonly signal: AbortSignal;
}
const listeners = vi.hoisted(() => [] as unknown[]);
vi.mock('../../src/destinations/registry.js', async () => {
  const { acme } = await import('../support/acme.js');
  return {
    destinations: [
      acme({}, () => ({
        follow: (heard, signal) =>
          new Promise<void>((resolve, reject) => {
            listeners.push({ tell: heard, fail: reject, signal });
            signal.addEventListener('abort', () => resolve());
          }),
      })),
    ],
  };
});

const database = testDatabase();
const clock = new TestClock();
let core: Core;
let other: Core;
const heard = () => listeners as Listener[];
const last = (): Listener => {
  const listener = heard().at(-1);
  if (listener === undefined) throw new Error('nobody listens');
  return listener;
};
const row = async (from = core) => (await from.get(PullStates).of('acme')).find(({ stream }) => stream === 'live');
const fact = () => activity('ticket_closed', { about: about('1', 'ada@example.com') });

beforeAll(async () => {
  core = await startCore(database.url, clock);
  other = await startCore(database.url, clock);
  for (const each of [core, other])
    await each.connect({
      key: 'acme',
      provider: 'acme',
      title: 'Acme',
      settings: { baseUrl: 'https://acme.test', key: 'k' },
    });
  await core.submit(incoming('ada', { identities: [subscriber('ada'), email('ada@example.com')] }));
});
afterAll(() => other.close());
beforeEach(() => clock.forward(60_000));

describe('a destination that streams its changes', () => {
  it('is listened to by one process, and what it tells is committed before it is told so', async () => {
    await core.get(Followers).sweep();
    await other.get(Followers).sweep();
    expect(heard()).toHaveLength(1);
    await last().tell([fact()]);
    const told = await database.dataSource.query<object[]>(`SELECT 1 FROM events WHERE name = 'ticket_closed'`);
    expect(told).toHaveLength(1);
    expect(await row()).toMatchObject({ facts: '1', error: null });
  });

  it('is listened to again, later each time, when the connection breaks; by whoever comes first', async () => {
    last().fail(new DeliveryError('transient', 'the line was cut'));
    await expect.poll(() => row()).toMatchObject({ puller: null, attempts: 1, error: 'the line was cut' });
    await other.get(Followers).sweep();
    expect(heard()).toHaveLength(1);
    clock.forward(2_000);
    await other.get(Followers).sweep();
    await core.get(Followers).sweep();
    expect(heard()).toHaveLength(2);
    await last().tell([fact()]);
    expect(await row()).toMatchObject({ attempts: 0, error: null });
  });

  it('is taken over from a process that shows no sign of life', async () => {
    await database.dataSource.query(`UPDATE pulls SET puller = gen_random_uuid(), pulled_until = $1`, [clock.now()]);
    await core.get(Followers).sweep();
    expect(heard()).toHaveLength(3);
  });

  it('is let go when the process stops', async () => {
    await core.close();
    expect(last().signal.aborted).toBe(true);
    expect(await row(other)).toMatchObject({ puller: null });
  });
});
