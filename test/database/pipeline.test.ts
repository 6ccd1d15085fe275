import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute, type Core, email, incoming, startCore, subscriber, TestClock } from '../support/core.js';
import { testDatabase } from '../support/database.js';

const database = testDatabase();
const clock = new TestClock();
let core: Core;
let other: Core;

beforeAll(async () => {
  [core, other] = [await startCore(database.url, clock), await startCore(database.url, clock)];
});
afterAll(async () => {
  await Promise.all([core.close(), other.close()]);
});

const rows = <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  database.dataSource.query<Row[]>(sql, [...values]);
const eventsOf = (profileId: string) =>
  rows<{ kind: string; text: string | null }>(
    `SELECT kind, data->>'text' AS text FROM events WHERE profile_id = $1 ORDER BY id`,
    [profileId],
  );
const identitiesOf = async (profileId: string): Promise<string[]> =>
  (await rows<{ value: string }>(`SELECT value FROM identities WHERE profile_id = $1 ORDER BY value`, [profileId])).map(
    ({ value }) => value,
  );
const countProfilesOf = async (value: string): Promise<number> =>
  (await rows(`SELECT DISTINCT profile_id FROM identities WHERE value = $1`, [value])).length;

describe('the same event twice', () => {
  it('has the effect of once inside a batch, and both callers get the same answer', async () => {
    const event = incoming('twin', { attributes: [attribute('plan', 'pro')] });
    const [first, second] = await core.submit(event, event);
    expect([first?.applied, second?.applied]).toEqual([true, false]);
    expect({ ...second, applied: true }).toEqual(first);
    expect(await eventsOf(first?.profileId ?? '')).toHaveLength(1);
  });

  it('has it across batches, and is answered from what is known by now', async () => {
    const event = incoming('again', { attributes: [attribute('plan', 'pro')] });
    const [first] = await core.submit(event);
    await core.submit(incoming('again', { attributes: [attribute('plan', 'team')] }));
    const [repeated] = await core.submit(event);
    expect(repeated).toMatchObject({
      profileId: first?.profileId,
      profileVersion: 2,
      applied: false,
      attributes: { plan: 'team' },
    });
    expect(await eventsOf(first?.profileId ?? '')).toHaveLength(2);
  });

  it('has it in two processes at once', async () => {
    const events = Array.from({ length: 30 }, (_unused, n) => incoming(`racer-${String(n)}`));
    const [here, there] = await Promise.all([core.submit(...events), other.submit(...events)]);
    for (const [n, decision] of here.entries()) {
      expect(there[n]?.profileId).toBe(decision.profileId);
      expect([decision.applied, there[n]?.applied].filter(Boolean)).toHaveLength(1);
      expect(await eventsOf(decision.profileId)).toHaveLength(1);
    }
  });

  it('that repeats either of its two keys is a repetition, in one batch and in the next, and no other', async () => {
    const said = (id: string, words: string) =>
      incoming('twice', {
        dedupe: { key: `id:${id}`, windowMs: null },
        alsoDedupe: { key: `words:${words}`, windowMs: 10_000 },
      });
    const applied = (await core.submit(said('1', 'a'), said('2', 'a'), said('1', 'b'), said('3', 'c'))).map(
      (decision) => decision.applied,
    );
    expect(applied).toEqual([true, false, false, true]);
    const [sameWords, sameId, neither] = await core.submit(said('4', 'a'), said('3', 'd'), said('5', 'e'));
    expect([sameWords, sameId, neither].map((decision) => decision?.applied)).toEqual([false, false, true]);
    clock.forward(11_000);
    const [later] = await core.submit(said('6', 'a'));
    expect(later?.applied).toBe(true);
  });

  it('is a new fact once the window of a derived key has passed', async () => {
    const said = (id: string) => incoming('echo', { text: id, dedupe: { key: 'hello', windowMs: 60_000 } });
    const [first] = await core.submit(said('1'));
    clock.forward(59_999);
    expect((await core.submit(said('2')))[0]?.applied).toBe(false);
    clock.forward(1);
    expect((await core.submit(said('3')))[0]?.applied).toBe(true);
    expect((await core.submit(said('4')))[0]?.applied).toBe(false);
    expect(await eventsOf(first?.profileId ?? '')).toMatchObject([{ text: '1' }, { text: '3' }]);
  });

  it('counts for each source by itself', async () => {
    const event = incoming('two-sources');
    await core.submit(event);
    const decision = await core.pipeline.submit({ source: 'other-bot', incoming: event, raw: '' });
    expect(decision.applied).toBe(true);
  });
});

describe('a profile', () => {
  it('grows by one version only when it changed', async () => {
    const version = async (more: object) => (await core.submit(incoming('versions', more)))[0]?.profileVersion;
    expect(await version({ text: 'hi' })).toBe(1);
    expect(await version({ text: 'hi again' })).toBe(1);
    expect(await version({ attributes: [attribute('plan', 'pro')] })).toBe(2);
    expect(await version({ attributes: [attribute('plan', 'pro')] })).toBe(2);
    expect(await version({ tagsAdded: ['vip'] })).toBe(3);
    expect(await version({ tagsAdded: ['vip'], tagsRemoved: ['never had'] })).toBe(3);
    const consents = [{ purpose: 'email', status: 'granted', evidence: 'yes', field: null }] as const;
    expect(await version({ consents })).toBe(4);
    expect(await version({ consents })).toBe(4);
  });

  it('keeps the newest fact, whatever arrives later', async () => {
    const at = (second: number, plan: string) =>
      incoming('late', {
        occurredAt: new Date(clock.now().getTime() - 60_000 + second * 1_000),
        attributes: [attribute('plan', plan)],
      });
    await core.submit(at(5, 'new'));
    const [late] = await core.submit(at(3, 'old'));
    expect(late).toMatchObject({ applied: true, attributes: { plan: 'new' } });
    const [last] = await other.submit(at(6, 'newest'));
    expect(last?.attributes).toEqual({ plan: 'newest' });
  });

  it('takes nothing for later than now, whatever a platform’s clock says', async () => {
    const wrong = new Date(clock.now().getTime() + 86_400_000);
    await core.submit(incoming('future', { occurredAt: wrong, attributes: [attribute('plan', 'old')] }));
    clock.forward(1_000);
    const [decision] = await core.submit(incoming('future', { attributes: [attribute('plan', 'new')] }));
    expect(decision?.attributes).toEqual({ plan: 'new' });
  });

  it('hears events of one batch in order of arrival', async () => {
    const plans = ['a', 'b', 'c', 'd'];
    const decisions = await core.submit(
      ...plans.map((plan) => incoming('in-order', { attributes: [attribute('plan', plan)] })),
    );
    expect(decisions.at(-1)).toMatchObject({ attributes: { plan: 'd' }, profileVersion: 1 });
  });

  it('learns nothing from what a bot wrote or a test console sent', async () => {
    const said = {
      attributes: [attribute('plan', 'pro')],
      tagsAdded: ['vip'],
      consents: [{ purpose: 'email', status: 'granted', evidence: 'yes', field: null }] as const,
    };
    await core.submit(incoming('console'));
    for (const kind of ['test', 'message_out'] as const) {
      const [decision] = await core.submit(incoming('console', { ...said, kind }));
      expect(decision).toMatchObject({ applied: true, profileVersion: 1, attributes: {}, tags: [], consents: {} });
    }
  });

  it('keeps tags and attributes called like members of objects', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const [decision] = await core.submit(
      incoming('tricky', { tagsAdded: names, attributes: names.map((name) => attribute(name, 'x')) }),
    );
    const again = await other.submit(incoming('tricky'));
    for (const each of [decision, again[0]]) {
      expect(each?.tags).toEqual(names.toSorted());
      expect(Object.keys(each?.attributes ?? {}).toSorted()).toEqual(names.toSorted());
    }
  });
});

describe('an attribute', () => {
  it('has the type of its first value from then on, in every process', async () => {
    await core.submit(incoming('typed', { attributes: [{ key: 'size', label: 'Size', type: 'number', value: 1 }] }));
    const [decision] = await other.submit(incoming('typed', { attributes: [attribute('size', '42')] }));
    expect(decision?.attributes).toEqual({ size: 42 });
    const [refused] = await core.submit(incoming('typed', { attributes: [attribute('size', 'large')] }));
    expect(refused?.attributes).toEqual({ size: 42 });
    const notes = await rows<{ notes: string[] }>(
      `SELECT data->'notes' AS notes FROM events WHERE profile_id = $1 AND data ? 'notes'`,
      [decision?.profileId],
    );
    expect(notes).toEqual([
      { notes: ['"size" is declared as number; the string that came does not fit and was left out'] },
    ]);
  });

  it('gets one type when two processes declare it at once', async () => {
    const height = (type: 'number' | 'string', value: number | string) => ({
      attributes: [{ key: 'height', label: 'Height', type, value }],
    });
    const decisions = await Promise.all([
      core.submit(incoming('tall-1', height('number', 180))),
      other.submit(incoming('tall-2', height('string', '180'))),
    ]);
    const declared = await rows<{ type: string }>(`SELECT type FROM attribute_definitions WHERE key = 'height'`);
    expect(declared).toHaveLength(1);
    const values = decisions.flat().map(({ attributes }) => typeof attributes.height);
    expect(values).toEqual([declared[0]?.type, declared[0]?.type]);
  });
});

describe('consents', () => {
  it('are logged with their proof, only when they change', async () => {
    const decided = (status: 'granted' | 'revoked') => ({
      consents: [{ purpose: 'sms', status, evidence: `optin_sms: ${status}`, field: 'optin_sms' }] as const,
    });
    const [decision] = await core.submit(incoming('consent', decided('granted')));
    clock.forward(1_000);
    await core.submit(incoming('consent', decided('granted')));
    clock.forward(1_000);
    await core.submit(incoming('consent', decided('revoked')));
    const changes = await rows(
      `SELECT c.previous, c.status, c.evidence, c.source, e.id IS NOT NULL AS proven FROM consent_changes c
       LEFT JOIN events e ON e.id = c.event_id WHERE c.profile_id = $1 ORDER BY c.occurred_at`,
      [decision?.profileId],
    );
    expect(changes).toEqual([
      { previous: 'unknown', status: 'granted', evidence: 'optin_sms: granted', source: 'bot', proven: true },
      { previous: 'granted', status: 'revoked', evidence: 'optin_sms: revoked', source: 'bot', proven: true },
    ]);
  });
});

describe('a person', () => {
  it('is one when two processes meet them for the first time at once', async () => {
    const meet = (n: number) =>
      incoming(`met-${String(n)}`, { identities: [subscriber(`met-${String(n)}`), email(`met${String(n)}@b.co`)] });
    const events = Array.from({ length: 40 }, (_unused, n) => n);
    await Promise.all([core.submit(...events.map(meet)), other.submit(...events.toReversed().map(meet))]);
    for (const n of events) expect(await countProfilesOf(`met-${String(n)}`)).toBe(1);
    const orphans = await rows(
      `SELECT 1 FROM identities i LEFT JOIN profiles p ON p.id = i.profile_id WHERE p.id IS NULL`,
    );
    expect(orphans).toEqual([]);
  });

  it('loses no change when two processes change them at once', async () => {
    await core.submit(incoming('busy'));
    const change = (process: string) =>
      Array.from({ length: 20 }, (_unused, n) => incoming('busy', { tagsAdded: [`${process}-${String(n)}`] }));
    for (let n = 0; n < 20; n += 1)
      await Promise.all([
        core.submit(...change('here').slice(n, n + 1)),
        other.submit(...change('there').slice(n, n + 1)),
      ]);
    const [decision] = await core.submit(incoming('busy'));
    expect(decision?.tags).toHaveLength(40);
    expect(decision?.profileVersion).toBe(41);
  });

  it('who turns out to be another one brings along everything', async () => {
    const [elder] = await core.submit(incoming('elder', { text: 'first', attributes: [attribute('plan', 'pro')] }));
    clock.forward(1_000);
    const [younger] = await core.submit(
      incoming('younger', { identities: [email('one@b.co')], text: 'second', tagsAdded: ['vip'] }),
    );
    clock.forward(1_000);
    const [one] = await other.submit(
      incoming('elder', { identities: [subscriber('elder'), email('one@b.co')], text: 'third' }),
    );
    expect(one).toMatchObject({ profileId: elder?.profileId, attributes: { plan: 'pro' }, tags: ['vip'] });
    expect(one?.profileVersion).toBeGreaterThan(Math.max(elder?.profileVersion ?? 0, younger?.profileVersion ?? 0));
    expect(await identitiesOf(elder?.profileId ?? '')).toEqual(['elder', 'one@b.co']);
    expect((await eventsOf(elder?.profileId ?? '')).map(({ text }) => text)).toEqual(['first', 'second', 'third']);
    expect(await rows(`SELECT merged_into FROM profiles WHERE id = $1`, [younger?.profileId])).toEqual([
      { merged_into: elder?.profileId },
    ]);
    const [afterwards] = await core.submit(incoming('x', { identities: [email('one@b.co')] }));
    expect(afterwards?.profileId).toBe(elder?.profileId);
  });

  it('who repeats an event in the batch that makes them another one is answered as the survivor', async () => {
    const [elder] = await core.submit(incoming('survivor'));
    const old = incoming('x', { identities: [email('loser@b.co')] });
    await core.submit(old);
    const decisions = await core.submit(
      incoming('survivor', { identities: [subscriber('survivor'), email('loser@b.co')] }),
      old,
    );
    expect(decisions.map(({ profileId }) => profileId)).toEqual([elder?.profileId, elder?.profileId]);
    expect(decisions[1]?.profileVersion).toBe(decisions[0]?.profileVersion);
  });

  it('is one after two processes have merged a chain from both ends at once', async () => {
    const names = Array.from({ length: 6 }, (_unused, n) => `chain-${String(n)}`);
    for (const name of names) await core.submit(incoming(name));
    const links = names
      .slice(1)
      .map((name, n) => incoming(name, { identities: [subscriber(name), subscriber(names[n] ?? '')] }));
    await Promise.all([core.submit(...links), other.submit(...links.toReversed())]);
    const owners = await rows(
      `SELECT DISTINCT i.profile_id, p.merged_into FROM identities i JOIN profiles p ON p.id = i.profile_id WHERE i.value = ANY ($1)`,
      [names],
    );
    expect(owners).toEqual([{ profile_id: expect.any(String) as string, merged_into: null }]);
  });
});

describe('what has happened', () => {
  it('is found again in the order in which it happened', async () => {
    const at = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000);
    const [decision] = await core.submit(
      incoming('story', { text: 'second', occurredAt: at(2) }),
      incoming('story', { text: 'first', occurredAt: at(3) }),
    );
    const found = await rows<{ text: string }>(
      `SELECT data->>'text' AS text FROM events WHERE profile_id = $1 ORDER BY occurred_at`,
      [decision?.profileId],
    );
    expect(found.map(({ text }) => text)).toEqual(['first', 'second']);
  });
});
