import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Identity, IdentityKind } from './identity.js';
import { mostPerProfile } from './identity-policy.js';
import { identityKey, type KnownIdentities, type Resolution, resolveIdentities } from './resolve-identities.js';

const subscriber = (value: string): Identity => ({ kind: 'subscriber', namespace: 'bot/contact', value });
const email = (value: string): Identity => ({ kind: 'email', namespace: '', value });
const phone = (value: string): Identity => ({ kind: 'phone', namespace: '', value });

/** What is stored: profile → its identities. Ids sort by age. */
function known(people: Readonly<Record<string, readonly Identity[]>>): KnownIdentities {
  const entries = Object.entries(people);
  const owners = new Map(entries.flatMap(([id, identities]) => identities.map((each) => [identityKey(each), id])));
  return { owners, counts: new Map(entries.map(([id, identities]) => [id, countsOf(identities)])) };
}

function countsOf(identities: readonly Identity[]): Partial<Record<IdentityKind, number>> {
  const counts: Partial<Record<IdentityKind, number>> = {};
  for (const { kind } of identities) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function resolve(people: Readonly<Record<string, readonly Identity[]>>, ...lists: Identity[][]): Resolution {
  let made = 0;
  return resolveIdentities(lists, known(people), () => `new-${String((made += 1)).padStart(3, '0')}`);
}

/** Every identity's owner afterwards, as the database would have it. */
function ownersAfter(people: Readonly<Record<string, readonly Identity[]>>, { claims, merges }: Resolution) {
  const owners = new Map(known(people).owners);
  for (const [key, { profileId }] of claims) owners.set(key, profileId);
  const survivorOf = new Map(merges.map(({ loser, survivor }) => [loser, survivor]));
  return new Map([...owners].map(([key, owner]) => [key, survivorOf.get(owner) ?? owner]));
}

const many = (count: number, make: (value: string) => Identity, prefix: string): Identity[] =>
  Array.from({ length: count }, (_unused, n) => make(`${prefix}${String(n)}`));

describe('whose event it is', () => {
  it('makes a profile for somebody nobody knows, and gives it all identities of the event', () => {
    const { profileIds, claims, created } = resolve({}, [subscriber('1'), email('a@b.co')]);
    expect(profileIds).toEqual(['new-001']);
    expect([...created]).toEqual(['new-001']);
    expect([...claims.values()].map(({ profileId }) => profileId)).toEqual(['new-001', 'new-001']);
  });

  it('knows two events of one new person in a batch as one', () => {
    const { profileIds, created, claims } = resolve({}, [subscriber('1')], [email('x@b.co'), subscriber('1')]);
    expect(profileIds).toEqual(['new-001', 'new-001']);
    expect(created.size).toBe(1);
    expect(claims.size).toBe(2);
  });

  it('finds a known person and adds what is new', () => {
    const { profileIds, claims, created } = resolve({ ada: [email('a@b.co')] }, [subscriber('1'), email('a@b.co')]);
    expect(profileIds).toEqual(['ada']);
    expect(created.size).toBe(0);
    expect([...claims.values()]).toEqual([{ identity: subscriber('1'), profileId: 'ada' }]);
  });
});

describe('two who share an identity', () => {
  it('become the older one', () => {
    const people = { p1: [subscriber('1')], p2: [email('a@b.co')] };
    const { profileIds, merges } = resolve(people, [email('a@b.co'), subscriber('1')]);
    expect(profileIds).toEqual(['p1']);
    expect(merges).toEqual([{ survivor: 'p1', loser: 'p2' }]);
  });

  it('become one with a third through a chain of events in one batch', () => {
    const people = { p2: [email('b@b.co')], p3: [email('c@b.co')], p1: [email('a@b.co')] };
    const { profileIds, merges } = resolve(
      people,
      [email('c@b.co'), subscriber('9')],
      [email('b@b.co'), subscriber('9')],
      [email('a@b.co'), subscriber('9')],
    );
    expect(profileIds).toEqual(['p1', 'p1', 'p1']);
    expect(merges).toEqual([
      { survivor: 'p1', loser: 'p3' },
      { survivor: 'p1', loser: 'p2' },
    ]);
  });

  it('take along the identities that were claimed before they became one', () => {
    const people = { p1: [email('a@b.co')] };
    const { claims, merges } = resolve(people, [subscriber('1'), phone('+34600')], [subscriber('1'), email('a@b.co')]);
    expect(merges).toEqual([{ survivor: 'new-001', loser: 'p1' }]);
    expect([...claims.values()].map(({ profileId }) => profileId)).toEqual(['new-001', 'new-001']);
  });
});

describe('too many identities to be one person', () => {
  const full = many(mostPerProfile.subscriber, subscriber, 'visitor-');

  it('keeps people apart who would have too many together; the first identity decides', () => {
    const people = { p1: [email('shop@b.co'), ...full], p2: [subscriber('me')] };
    const { profileIds, merges, refusals } = resolve(people, [subscriber('me'), email('shop@b.co')]);
    expect(profileIds).toEqual(['p2']);
    expect(merges).toEqual([]);
    expect(refusals.get(0)).toMatch(/too many/);
  });

  it("does not make a shop's tablet into one person: a further visitor is somebody else", () => {
    const people = { tablet: [email('shop@b.co'), ...full] };
    const { profileIds, claims, refusals } = resolve(people, [subscriber('further'), email('shop@b.co')]);
    expect(profileIds).toEqual(['new-001']);
    expect([...claims.values()]).toEqual([{ identity: subscriber('further'), profileId: 'new-001' }]);
    expect(refusals.has(0)).toBe(true);
  });

  it("does not do so either when the tablet's address and its number are two profiles", () => {
    const people = {
      tablet: [email('shop@b.co'), ...full],
      desk: [phone('+34600'), ...many(20, subscriber, 'other-')],
    };
    const { profileIds, merges } = resolve(people, [subscriber('further'), email('shop@b.co'), phone('+34600')]);
    expect(profileIds).toEqual(['new-001']);
    expect(merges).toEqual([]);
  });

  it('counts the new identity when two would just about fit', () => {
    const people = { tablet: [email('shop@b.co'), ...full], desk: [phone('+34600')] };
    const { profileIds, merges } = resolve(people, [subscriber('further'), email('shop@b.co'), phone('+34600')]);
    expect(profileIds).toEqual(['new-001']);
    expect(merges).toEqual([]);
  });

  it('lets a person whom the strongest identity names have another address, however many there are', () => {
    const people = { ada: [subscriber('ada'), ...many(mostPerProfile.email, email, 'a')] };
    const { profileIds, claims } = resolve(people, [subscriber('ada'), email('one-more@b.co')]);
    expect(profileIds).toEqual(['ada']);
    expect(claims.size).toBe(1);
  });

  it('counts what was claimed earlier in the batch', () => {
    const visitors = many(mostPerProfile.subscriber + 3, subscriber, 'v').map((each) => [each, email('shop@b.co')]);
    const { profileIds, created } = resolve({}, ...visitors);
    expect(new Set(profileIds.slice(0, mostPerProfile.subscriber)).size).toBe(1);
    expect(created.size).toBe(4);
  });
});

describe('any batch', () => {
  const identity = fc.oneof(
    fc.integer({ min: 0, max: 8 }).map((n) => subscriber(String(n))),
    fc.integer({ min: 0, max: 5 }).map((n) => email(`${String(n)}@b.co`)),
    fc.integer({ min: 0, max: 5 }).map((n) => phone(`+3460${String(n)}`)),
  );
  const lists = fc.array(fc.uniqueArray(identity, { selector: identityKey, minLength: 1, maxLength: 4 }), {
    maxLength: 8,
  });
  const people = fc
    .uniqueArray(fc.tuple(identity, fc.integer({ min: 1, max: 4 })), {
      selector: ([each]) => identityKey(each),
      maxLength: 8,
    })
    .map((owned) => {
      const grouped: Record<string, Identity[]> = {};
      for (const [each, owner] of owned) (grouped[`p${String(owner)}`] ??= []).push(each);
      return grouped;
    });

  it('gives every identity exactly one owner, and loses none', () => {
    fc.assert(
      fc.property(people, lists, (stored, asked) => {
        const resolution = resolve(stored, ...asked);
        const owners = ownersAfter(stored, resolution);
        const losers = new Set(resolution.merges.map(({ loser }) => loser));
        for (const each of asked.flat()) expect(owners.has(identityKey(each))).toBe(true);
        for (const owner of owners.values()) expect(losers.has(owner)).toBe(false);
        for (const id of resolution.profileIds) expect(losers.has(id)).toBe(false);
      }),
    );
  });

  it('claims only identities that nobody had', () => {
    fc.assert(
      fc.property(people, lists, (stored, asked) => {
        const { owners } = known(stored);
        for (const key of resolve(stored, ...asked).claims.keys()) expect(owners.has(key)).toBe(false);
      }),
    );
  });

  it('gives two events one profile whenever they share an identity and nothing was refused', () => {
    fc.assert(
      fc.property(people, lists, (stored, asked) => {
        const { profileIds, refusals } = resolve(stored, ...asked);
        if (refusals.size > 0) return;
        for (const [a, left] of asked.entries())
          for (const [b, right] of asked.entries())
            if (left.some((each) => right.some((other) => identityKey(other) === identityKey(each))))
              expect(profileIds[a]).toBe(profileIds[b]);
      }),
    );
  });

  it('merges each profile away at most once, into one that stays', () => {
    fc.assert(
      fc.property(people, lists, (stored, asked) => {
        const { merges } = resolve(stored, ...asked);
        const losers = merges.map(({ loser }) => loser);
        expect(new Set(losers).size).toBe(losers.length);
        for (const { survivor } of merges) expect(losers).not.toContain(survivor);
      }),
    );
  });
});
