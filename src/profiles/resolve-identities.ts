import { type Identity, identityKinds, type IdentityKind } from './identity.js';
import { fitsOnePerson } from './identity-policy.js';

export const identityKey = ({ kind, namespace, value }: Identity): string => `${kind}\u0000${namespace}\u0000${value}`;

export interface Merge {
  readonly survivor: string;
  readonly loser: string;
}

export interface Resolution {
  /** The profile of each asked list of identities, in order. */
  readonly profileIds: readonly string[];
  /** Identities that belong to a profile from now on, with their profile. */
  readonly claims: ReadonlyMap<string, { readonly identity: Identity; readonly profileId: string }>;
  readonly created: ReadonlySet<string>;
  readonly merges: readonly Merge[];
  /** Index of the asked list → why not all its identities could be one person. */
  readonly refusals: ReadonlyMap<number, string>;
}

export interface KnownIdentities {
  /** `identityKey` → owner. */
  readonly owners: ReadonlyMap<string, string>;
  /** How many identities of each kind a profile has, for the profiles that could get another one. */
  readonly counts: ReadonlyMap<string, Readonly<Partial<Record<IdentityKind, number>>>>;
}

/**
 * Finds whose events these are. Identities of one event belong to one person: an unknown one is added to the person, and two
 * people who turn out to share one become one, the older one surviving, unless so many identities would come
 * together that it cannot be one person (`identity-policy.ts`); then the event's first identity decides.
 *
 * @param lists the identities of each event, strongest first; events in order of arrival
 * @param newId makes profile ids that sort by age (UUID version 7)
 */
export function resolveIdentities(
  lists: readonly (readonly Identity[])[],
  known: KnownIdentities,
  newId: () => string,
): Resolution {
  const owners = new Map(known.owners);
  const counts = new Map([...known.counts].map(([id, count]) => [id, { ...count }]));
  const survivors = new Map<string, string>();
  const claims = new Map<string, { identity: Identity; profileId: string }>();
  const created = new Set<string>();
  const merges: Merge[] = [];
  const refusals = new Map<number, string>();
  const current = (profileId: string): string => {
    const next = survivors.get(profileId);
    return next === undefined ? profileId : current(next);
  };
  const ownerOf = (identity: Identity): string | undefined => {
    const owner = owners.get(identityKey(identity));
    return owner === undefined ? undefined : current(owner);
  };
  const take = (identity: Identity, profileId: string): void => {
    const count = counts.get(profileId) ?? {};
    counts.set(profileId, { ...count, [identity.kind]: (count[identity.kind] ?? 0) + 1 });
    owners.set(identityKey(identity), profileId);
    claims.set(identityKey(identity), { identity, profileId });
  };

  const answers = lists.map((identities, index) => {
    const found = [...new Set(identities.map(ownerOf).filter((owner) => owner !== undefined))];
    const unowned = identities.filter((identity) => ownerOf(identity) === undefined);
    // What is new counts only where the strongest identity is new: whom a known one names is no question.
    const added = identities[0] !== undefined && unowned.includes(identities[0]) ? unowned : [];
    const canBeOne = (ids: readonly string[]): boolean =>
      fitsOnePerson(sum([...ids.map((id) => counts.get(id) ?? {}), ...added.map(({ kind }) => ({ [kind]: 1 }))]));
    const mergeable = found.length > 1 && canBeOne(found);
    if (found.length > 1 && !mergeable)
      refusals.set(
        index,
        `${found.length} profiles share identities of this event, but they have too many to be one person`,
      );
    let profileId = mergeable ? found.toSorted()[0] : found[0];
    if (profileId !== undefined && !mergeable && added.length > 0 && !canBeOne([profileId])) {
      refusals.set(index, 'the profile that shares an identity with this event has too many already to be one person');
      profileId = undefined;
    }
    if (profileId === undefined) {
      profileId = newId();
      created.add(profileId);
    }
    if (mergeable) {
      for (const loser of found) {
        if (loser === profileId) continue;
        survivors.set(loser, profileId);
        merges.push({ survivor: profileId, loser });
      }
      counts.set(profileId, sum(found.map((id) => counts.get(id) ?? {})));
    }
    for (const identity of identities) if (ownerOf(identity) === undefined) take(identity, profileId);
    return profileId;
  });
  return {
    profileIds: answers.map(current),
    claims: new Map([...claims].map(([key, claim]) => [key, { ...claim, profileId: current(claim.profileId) }])),
    created,
    merges: merges.map(({ survivor, loser }) => ({ survivor: current(survivor), loser })),
    refusals,
  };
}

type KindCounts = Readonly<Partial<Record<IdentityKind, number>>>;

function sum(counts: readonly KindCounts[]): KindCounts {
  return Object.fromEntries(
    identityKinds.map((kind) => [kind, counts.reduce((total, count) => total + (count[kind] ?? 0), 0)]),
  );
}
