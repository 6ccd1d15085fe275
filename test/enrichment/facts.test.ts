import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { FactIntake } from '../../src/enrichment/fact-intake.service.js';
import {
  about,
  activity,
  consentSaid,
  recordChanged,
  recordGone,
  recordMerged,
} from '../../src/enrichment/test-support.js';
import type { RemoteFact } from '../../src/destinations/remote-fact.js';
import { MappingDirectory } from '../../src/mapping/mapping-directory.service.js';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

/** What was written to Acme: the fields of each record, by its key. */
const written = vi.hoisted(() => [] as { key: string; changed: Record<string, unknown>; consents: object }[]);
vi.mock('../../src/destinations/registry.js', async () => {
  const { acme } = await import('../support/acme.js');
  const upsert = (request: {
    records: readonly { profileId: string; key: string; changed: object; consents: object }[];
  }) => {
    for (const { key, changed, consents } of request.records) written.push({ key, changed: { ...changed }, consents });
    return Promise.resolve(
      request.records.map(({ profileId, key }) => ({
        profileId,
        status: 'delivered' as const,
        remoteId: `acme:${key}`,
        created: false,
        memo: null,
        dropped: [],
      })),
    );
  };
  return { destinations: [acme({ consents: ['email'], erasure: 'gone for good' }, () => ({ upsert }))] };
});

const database = testDatabase();
const clock = new TestClock();
let core: Core;

const mapping = {
  object: 'people',
  key: { from: 'email', to: 'email' },
  fields: [
    { from: 'firstName', to: 'first' },
    { from: 'plan', to: 'plan', direction: 'both' },
    { from: 'seats', to: 'seats', direction: 'both', as: 'string' },
    { from: 'owner', to: 'owner', direction: 'from' },
    { from: 'city', to: 'city', direction: 'both', wins: 'profile' },
    { from: 'stage', to: 'stage', direction: 'both', wins: 'destination' },
  ],
};
const connect = (more: object = {}) =>
  core.connect({
    key: 'acme',
    provider: 'acme',
    title: 'Acme',
    settings: { baseUrl: 'https://acme.test', key: 'k' },
    mapping,
    ...more,
  });

beforeAll(async () => {
  core = await startCore(database.url, clock);
  await connect();
});
afterAll(() => core.close());
beforeEach(() => {
  clock.forward(3_600_000);
  written.length = 0;
});

const text = (value: string) => ({ type: 'string', value }) as const;
const take = async (...facts: RemoteFact[]) => {
  const from = core.get(MappingDirectory).findConnected('acme');
  if (from === undefined) throw new Error('Acme is not connected');
  return core.get(FactIntake).take(from, facts);
};
/** A person who told the bot this, and whom Acme holds since. Returns the profile's id. */
async function someone(name: string, said: Readonly<Record<string, string>> = {}): Promise<string> {
  const address = `${name}@example.com`;
  const [decision] = await core.submit(
    incoming(name, {
      identities: [subscriber(name), email(address)],
      attributes: Object.entries({ email: address, ...said }).map(([key, value]) => attribute(key, value)),
    }),
  );
  await drain();
  return decision?.profileId ?? '';
}
const remote = (name: string) => about(`acme:${name}@example.com`);
async function drain(): Promise<void> {
  clock.forward(2_000);
  await core.delivery.drain('acme');
}
const profileSchema = z.array(
  z.object({
    attributes: z.record(z.string(), z.unknown()),
    version: z.number(),
    consents: z.record(z.string(), z.object({ status: z.string() })),
  }),
);
async function profile(id: string) {
  const rows = await database.dataSource.query<unknown>(
    'SELECT attributes, version, consents FROM profiles WHERE id = $1',
    [id],
  );
  const [row] = profileSchema.parse(rows);
  if (row === undefined) throw new Error('there is no such profile');
  return row;
}
const now = () => clock.now();

describe('what a CRM tells of a person', () => {
  it('reaches the profile where the mapping says so, and is not sent back', async () => {
    const id = await someone('ada', { firstName: 'Ada', plan: 'free' });
    expect(written).toHaveLength(1);
    const counts = await take(
      recordChanged(
        { first: text('Augusta'), plan: text('pro'), seats: text('12'), owner: text('Bo') },
        { about: remote('ada'), occurredAt: now() },
      ),
    );
    expect(counts).toMatchObject({ event: 1 });
    expect((await profile(id)).attributes).toMatchObject({ firstName: 'Ada', plan: 'pro', seats: '12', owner: 'Bo' });
    await drain();
    expect(written).toHaveLength(1);
    expect(await database.dataSource.query(`SELECT outcome FROM sync_marks WHERE profile_id = $1`, [id])).toEqual([
      { outcome: 'unchanged' },
    ]);
  });

  it('is not sent back either when the attribute has another type here than there', async () => {
    const id = await someone('typed', { plan: 'free' });
    await core.submit(incoming('typed', { attributes: [{ key: 'credit', label: 'c', type: 'number', value: 1 }] }));
    await connect({
      mapping: { ...mapping, fields: [{ from: 'credit', to: 'credit', direction: 'both', as: 'string' }] },
    });
    clock.forward(1_000);
    await take(recordChanged({ credit: text('7') }, { about: remote('typed'), occurredAt: now() }));
    expect((await profile(id)).attributes.credit).toBe(7);
    written.length = 0;
    await drain();
    expect(written).toEqual([]);
    await connect();
  });

  it('and was read after our last write is not sent back, however long ago it was changed there', async () => {
    const id = await someone('read', { plan: 'free' });
    const changedThere = now();
    clock.forward(1_000);
    await core.submit(incoming('read', { attributes: [attribute('firstName', 'Ada')] }));
    await drain();
    written.length = 0;
    clock.forward(1_000);
    const fact = { about: remote('read'), occurredAt: changedThere };
    await take(recordChanged({ plan: text('pro') }, { ...fact, readAt: now() }));
    expect((await profile(id)).attributes.plan).toBe('pro');
    await drain();
    expect(written).toEqual([]);
  });

  it('that is older than what the person has said since is told otherwise', async () => {
    const id = await someone('late', { plan: 'free' });
    const changedThere = now();
    clock.forward(1_000);
    await core.submit(incoming('late', { attributes: [attribute('plan', 'max')] }));
    await take(recordChanged({ plan: text('pro') }, { about: remote('late'), occurredAt: changedThere }));
    expect((await profile(id)).attributes.plan).toBe('max');
    await drain();
    expect(written.at(-1)?.changed).toEqual({ plan: text('max') });
  });

  it('fills only gaps where the profile wins, and the destination hears what counts; counts whatever its age where the destination wins', async () => {
    const id = await someone('wins', { city: 'Rome', stage: 'new' });
    const changedThere = now();
    await core.submit(incoming('wins', { attributes: [attribute('stage', 'newer')] }));
    written.length = 0;
    await take(
      recordChanged(
        { city: text('Oslo'), stage: text('customer') },
        { about: remote('wins'), occurredAt: changedThere },
      ),
    );
    expect((await profile(id)).attributes).toMatchObject({ city: 'Rome', stage: 'customer' });
    await drain();
    expect(written.map(({ changed }) => changed)).toEqual([{ city: text('Rome') }]);
    const other = await someone('gap');
    await take(recordChanged({ city: text('Oslo') }, { about: remote('gap'), occurredAt: now() }));
    expect((await profile(other)).attributes.city).toBe('Oslo');
  });

  it('counts once, by webhook and by poll', async () => {
    const id = await someone('twice', { plan: 'free' });
    const fact = recordChanged({ plan: text('pro') }, { about: remote('twice'), occurredAt: now() });
    await take(fact, fact);
    const { version } = await profile(id);
    await take(fact);
    expect((await profile(id)).version).toBe(version);
  });

  it('teaches nothing when we did it ourselves, when nobody reads it, or when we do not know the person', async () => {
    await someone('quiet');
    const counts = await take(
      recordChanged({ plan: text('x') }, { about: remote('quiet'), own: true }),
      recordChanged({ first: text('x') }, { about: remote('quiet') }),
      activity('deal_won', { about: about('nobody', 'nobody@example.com') }),
    );
    expect(counts).toMatchObject({ own: 1, nothing: 1, unknown: 1, event: 0 });
    expect(await database.dataSource.query(`SELECT 1 FROM identities WHERE value LIKE 'nobody%'`)).toEqual([]);
  });
});

describe('a record', () => {
  it('is known by its id from the first fact on, and joins no two people by what is typed into it', async () => {
    const id = await someone('known', { plan: 'free' });
    const other = await someone('other', { plan: 'free' });
    await take(activity('ticket_closed', { about: remote('known') }));
    await take(
      recordChanged(
        { plan: text('pro') },
        { about: about('acme:known@example.com', 'other@example.com'), occurredAt: now() },
      ),
    );
    expect((await profile(id)).attributes.plan).toBe('pro');
    expect((await profile(other)).attributes.plan).toBe('free');
  });

  it('that was merged there makes one person here', async () => {
    const [elder, younger] = [await someone('elder', { plan: 'free' }), await someone('younger', { firstName: 'Y' })];
    await take(recordMerged(['acme:younger@example.com'], { about: remote('elder'), occurredAt: now() }));
    expect((await profile(elder)).attributes).toMatchObject({ plan: 'free', firstName: 'Y' });
    expect(await database.dataSource.query('SELECT merged_into FROM profiles WHERE id = $1', [younger])).toEqual([
      { merged_into: elder },
    ]);
  });

  it('of somebody we have never heard of becomes a person only where the admin says so', async () => {
    const stranger = activity('deal_won', { about: about('s1', 'stranger@example.com', '+50688001122') });
    expect(await take(stranger)).toMatchObject({ unknown: 1 });
    await connect({ pulls: { importUnknown: true } });
    expect(await take(stranger, recordGone({ about: about('s2', 's2@example.com') }))).toMatchObject({
      event: 1,
      unknown: 1,
    });
    const [row] = await database.dataSource.query<{ attributes: object }[]>(
      `SELECT attributes FROM profiles p JOIN identities i ON i.profile_id = p.id WHERE i.value = 'stranger@example.com'`,
    );
    expect(row?.attributes).toEqual({ email: 'stranger@example.com', phone: '+50688001122' });
    await connect();
  });

  it('of a person who asked the CRM to be forgotten is forgotten here, and not asked of that CRM again', async () => {
    const id = await someone('forgotten');
    expect(await take(recordGone({ about: remote('forgotten'), erased: true }))).toMatchObject({ erased: 1 });
    expect(await database.dataSource.query('SELECT 1 FROM profiles WHERE id = $1', [id])).toEqual([]);
    expect(await database.dataSource.query('SELECT 1 FROM erasures WHERE profile_id = $1', [id])).toEqual([]);
    expect(await take(recordGone({ about: remote('forgotten'), erased: true }))).toMatchObject({ unknown: 1 });
  });
});

describe('a consent that was given or taken back there', () => {
  it('is the profile’s, and is not sent back', async () => {
    const id = await someone('optout');
    await core.submit(
      incoming('optout', { consents: [{ purpose: 'email', status: 'granted', evidence: 'yes', field: null }] }),
    );
    await drain();
    written.length = 0;
    clock.forward(1_000);
    await take(consentSaid('revoked', now(), { about: remote('optout') }));
    expect((await profile(id)).consents.email).toMatchObject({ status: 'revoked' });
    await drain();
    expect(written).toEqual([]);
    expect(
      await database.dataSource.query(
        `SELECT source, evidence FROM consent_changes WHERE profile_id = $1 AND status = 'revoked'`,
        [id],
      ),
    ).toEqual([{ source: 'destination/acme', evidence: 'said: revoked' }]);
  });

  it('that is older than a withdrawal here does not count, and what was told there since stays told', async () => {
    const id = await someone('older');
    const saidThere = now();
    clock.forward(1_000);
    await core.submit(
      incoming('older', { consents: [{ purpose: 'email', status: 'revoked', evidence: 'stop', field: null }] }),
    );
    await take(consentSaid('granted', saidThere, { about: remote('older') }));
    expect((await profile(id)).consents.email).toMatchObject({ status: 'revoked' });
    written.length = 0;
    await drain();
    expect(written).toMatchObject([{ key: 'older@example.com', consents: { email: { status: 'revoked' } } }]);
    await take(consentSaid('granted', saidThere, { about: remote('older') }));
    await drain();
    expect(written).toHaveLength(1);
  });
});
