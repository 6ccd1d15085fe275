import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { textArray, uuidArray } from '../database/binary-array.js';
import type { Batch, BatchEvent, BatchProfile, Stage } from '../events/batch.js';
import { BatchConflictError } from '../events/batch.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import type { Identity, IdentityKind } from './identity.js';
import { IdentityCache } from './identity-cache.service.js';
import { mergeProfiles } from './merge-profiles.js';
import { newProfile, type Profile } from './profile.js';
import { ProfileCache } from './profile-cache.service.js';
import { profileOf, type ProfileRow } from './profile-row.js';
import { identityKey, resolveIdentities } from './resolve-identities.js';

const findOwners = {
  name: 'identities-owners',
  text: `SELECT i.kind, i.namespace, i.value, i.profile_id
    FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (kind, namespace, value)
    JOIN identities i USING (kind, namespace, value)`,
};
const countIdentities = {
  name: 'identities-count',
  text: `SELECT profile_id, kind, count(*)::int AS count FROM identities WHERE profile_id = ANY ($1::uuid[]) GROUP BY profile_id, kind`,
};
const insertIdentities = {
  name: 'identities-insert',
  text: `INSERT INTO identities (kind, namespace, value, profile_id, created_at)
    SELECT t.*, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS t (kind, namespace, value, profile_id)
    ORDER BY kind, namespace, value
    ON CONFLICT (kind, namespace, value) DO NOTHING
    RETURNING 1`,
};
const lockProfiles = {
  name: 'profiles-lock',
  text: `SELECT id, xmin::text AS stamp, merged_into FROM profiles WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
};
const readProfiles = {
  name: 'profiles-read',
  text: `SELECT id, version, attributes, attribute_provenance, tags, tag_provenance, consents, segments, merged_into, created_at, last_event_at
    FROM profiles WHERE id = ANY ($1::uuid[])`,
};
const moveIdentities = {
  name: 'identities-move',
  text: `UPDATE identities i SET profile_id = m.survivor FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor) WHERE i.profile_id = m.loser`,
};

interface LockedRow {
  id: string;
  stamp: string;
  merged_into: string | null;
}

interface OwnerRow {
  kind: IdentityKind;
  namespace: string;
  value: string;
  profile_id: string;
}

/** Finds or makes the profile of each event and locks it for the rest of the transaction. */
@Injectable()
export class IdentifyStage implements Stage {
  readonly name = 'identify';

  constructor(
    private readonly cache: IdentityCache,
    private readonly profiles: ProfileCache,
  ) {}

  async run(batch: Batch): Promise<void> {
    const { owners, settled } = await this.#owners(batch);
    const fresh = batch.events.filter((event) => !event.repeated && !settled.has(event));
    const lists = fresh.map(({ incoming }) => believed(incoming));
    const counts = await this.#counts(batch, lists, owners);
    const resolution = resolveIdentities(lists, { owners, counts }, () => uuidv7());
    fresh.forEach((event, index) => {
      event.profileId = resolution.profileIds[index] ?? '';
      const refusal = resolution.refusals.get(index);
      if (refusal !== undefined) event.notes.push(refusal);
    });
    await this.#claim(batch, [...resolution.claims.values()]);
    const known = new Map(owners);
    for (const [key, { profileId }] of resolution.claims) known.set(key, profileId);
    // What was the loser's is the survivor's from now on, also for whoever repeats an event of the loser's.
    const survivors = new Map(resolution.merges.map(({ loser, survivor }) => [loser, survivor]));
    if (survivors.size > 0) for (const [key, owner] of known) known.set(key, survivors.get(owner) ?? owner);
    for (const [event, owner] of settled) {
      event.profileId = survivors.get(owner) ?? owner;
      if (event.profileId === owner) continue;
      for (const identity of event.incoming.identities) known.set(identityKey(identity), event.profileId);
    }
    for (const event of batch.events)
      if (event.repeated && !settled.has(event)) event.profileId = ownerOf(event, known);
    await this.#lock(batch, resolution.created, resolution.merges);
    await this.#merge(batch, resolution.merges);
    for (const { profileId } of resolution.claims.values()) {
      const claimer = batch.profiles.get(survivors.get(profileId) ?? profileId);
      if (claimer !== undefined) claimer.identitiesChanged = true;
    }
    batch.afterCommit(() => this.cache.remember(known));
  }

  /** Whose each identity is; and the events that ask no question, because all their identities are one person's. */
  async #owners(batch: Batch) {
    const owners = new Map<string, string>();
    const settled = new Map<BatchEvent, string>();
    const unknown = new Map<string, Identity>();
    for (const event of batch.events) {
      const { identities, profileId } = event.incoming;
      if (profileId !== undefined) {
        settled.set(event, profileId);
        continue;
      }
      const keys = identities.map(identityKey);
      const found = keys.map((key) => this.cache.ownerOf(key));
      const [only] = found;
      if (only !== undefined && found.every((owner) => owner === only)) {
        settled.set(event, only);
        continue;
      }
      keys.forEach((key, index) => {
        const [identity, owner] = [identities[index], found[index]];
        if (owner !== undefined) owners.set(key, owner);
        else if (identity !== undefined) unknown.set(key, identity);
      });
    }
    if (unknown.size === 0) return { owners, settled };
    const rows = await batch.query<OwnerRow>(findOwners, columns([...unknown.values()]));
    for (const row of rows) owners.set(identityKey(row), row.profile_id);
    return { owners, settled };
  }

  /** Only where an identity is new to a known person, or two people meet: rare once people are known. */
  async #counts(batch: Batch, lists: readonly (readonly Identity[])[], owners: ReadonlyMap<string, string>) {
    const counts = new Map<string, Partial<Record<IdentityKind, number>>>();
    const asked = new Set<string>();
    for (const identities of lists) {
      const found = identities.map((identity) => owners.get(identityKey(identity)));
      if (new Set(found).size > 1) for (const owner of found) if (owner !== undefined) asked.add(owner);
    }
    if (asked.size === 0) return counts;
    const rows = await batch.query<{ profile_id: string; kind: IdentityKind; count: number }>(countIdentities, [
      [...asked],
    ]);
    for (const { profile_id, kind, count } of rows)
      counts.set(profile_id, { ...counts.get(profile_id), [kind]: count });
    return counts;
  }

  async #claim(batch: Batch, claims: readonly { identity: Identity; profileId: string }[]): Promise<void> {
    if (claims.length === 0) return;
    const made = await batch.query(insertIdentities, [
      ...columns(claims.map(({ identity }) => identity)),
      uuidArray(claims.map(({ profileId }) => profileId)),
      batch.now,
    ]);
    if (made.length < claims.length) throw new BatchConflictError('another batch met the same person first');
  }

  async #lock(batch: Batch, created: ReadonlySet<string>, merges: readonly { loser: string }[]): Promise<void> {
    const ids = [...batch.events.map((event) => event.profileId), ...merges.map(({ loser }) => loser)];
    const stored = [...new Set(ids)].filter((id) => id !== '' && !created.has(id));
    const rows = stored.length === 0 ? [] : await batch.query<LockedRow>(lockProfiles, [uuidArray(stored)]);
    const there = rows.filter((row) => row.merged_into === null);
    if (there.length < stored.length && !releaseAddressed(batch, stored, there)) {
      this.cache.forget(identitiesOf(batch));
      throw new BatchConflictError('another batch has just merged one of these profiles');
    }
    for (const profile of await this.#read(batch, there)) batch.profiles.set(profile.id, held(profile, false));
    for (const id of created) batch.profiles.set(id, held(newProfile(id, batch.now), true));
  }

  /** From memory where it is the row that is locked now, the others in one query. */
  async #read(batch: Batch, locked: readonly LockedRow[]): Promise<Profile[]> {
    const known = locked.map(({ id, stamp }) => this.profiles.find(id, stamp));
    const missing = locked.filter((_row, index) => known[index] === undefined).map(({ id }) => id);
    const rows = missing.length === 0 ? [] : await batch.query<ProfileRow>(readProfiles, [uuidArray(missing)]);
    return [...known.filter((profile) => profile !== undefined), ...rows.map(profileOf)];
  }

  async #merge(batch: Batch, merges: readonly { survivor: string; loser: string }[]): Promise<void> {
    if (merges.length === 0) return;
    await batch.query(moveIdentities, [merges.map(({ loser }) => loser), merges.map(({ survivor }) => survivor)]);
    for (const merge of merges) {
      const [survivor, loser] = [batch.profiles.get(merge.survivor), batch.profiles.get(merge.loser)];
      if (survivor === undefined || loser === undefined) continue;
      survivor.profile = mergeProfiles(survivor.profile, loser.profile);
      survivor.everythingChanged = true;
      batch.merges.push(merge);
    }
  }
}

const held = (profile: BatchProfile['profile'], isNew: boolean): BatchProfile => ({
  profile,
  before: isNew ? null : profile,
  isNew,
  changedAttributes: new Set(),
  tagsChanged: false,
  changedPurposes: new Set(),
  identitiesChanged: false,
  segmentChanges: [],
  touched: false,
  everythingChanged: false,
});

/**
 * An event that was addressed to a profile by its id (the clock, an edit) comes too late when that one was erased or merged away: it is dropped.
 * Returns false when other events need a profile that is gone.
 */
function releaseAddressed(batch: Batch, wanted: readonly string[], there: readonly LockedRow[]): boolean {
  const found = new Set(there.map(({ id }) => id));
  const gone = new Set(wanted.filter((id) => !found.has(id)));
  const late = batch.events.filter((event) => gone.has(event.profileId));
  if (late.some(({ incoming }) => incoming.profileId === undefined)) return false;
  for (const event of late) {
    event.repeated = true;
    event.profileId = '';
  }
  return true;
}

/** What somebody typed into a test console joins no two people: only the event's first identity counts. */
const believed = ({ kind, identities }: IncomingEvent): readonly Identity[] =>
  kind === 'test' ? identities.slice(0, 1) : identities;

function* identitiesOf(batch: Batch): Iterable<Identity> {
  for (const event of batch.events) yield* event.incoming.identities;
}

const columns = (identities: readonly Identity[]): Buffer[] => [
  textArray(identities.map(({ kind }) => kind)),
  textArray(identities.map(({ namespace }) => namespace)),
  textArray(identities.map(({ value }) => value)),
];

function ownerOf(event: BatchEvent, owners: ReadonlyMap<string, string>): string {
  for (const identity of event.incoming.identities) {
    const owner = owners.get(identityKey(identity));
    if (owner !== undefined) return owner;
  }
  return '';
}
