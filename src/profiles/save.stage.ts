import { Injectable } from '@nestjs/common';
import { intArray, jsonbArray, timestampArray, uuidArray } from '../database/binary-array.js';
import type { Batch, BatchProfile, Stage } from '../events/batch.js';
import type { Profile } from './profile.js';
import { ProfileCache } from './profile-cache.service.js';
import { byEvent } from './stored-provenance.js';

const saveProfiles = {
  name: 'profiles-save',
  text: `INSERT INTO profiles (id, version, attributes, attribute_provenance, tags, tag_provenance, consents, created_at, updated_at, last_event_at, segments)
    SELECT id, version, attributes, attribute_provenance, tags, tag_provenance, consents, created_at, $1, last_event_at, segments
    FROM unnest($2::uuid[], $3::int[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::jsonb[], $8::jsonb[], $9::timestamptz[], $10::timestamptz[], $11::jsonb[])
      AS t (id, version, attributes, attribute_provenance, tags, tag_provenance, consents, created_at, last_event_at, segments)
    ON CONFLICT (id) DO UPDATE SET
      version = excluded.version, attributes = excluded.attributes, attribute_provenance = excluded.attribute_provenance,
      tags = excluded.tags, tag_provenance = excluded.tag_provenance, consents = excluded.consents, segments = excluded.segments,
      updated_at = excluded.updated_at, last_event_at = excluded.last_event_at
    RETURNING xmin::text AS stamp`,
};
/** Of people who are in many segments and stay in them: to write those down and to read them again is most of what saving costs. */
const saveWithoutSegments = {
  name: 'profiles-save-without-segments',
  text: `UPDATE profiles p SET version = t.version, attributes = t.attributes, attribute_provenance = t.attribute_provenance, tags = t.tags,
      tag_provenance = t.tag_provenance, consents = t.consents, created_at = t.created_at, updated_at = $1, last_event_at = t.last_event_at
    FROM unnest($2::uuid[], $3::int[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::jsonb[], $8::jsonb[], $9::timestamptz[], $10::timestamptz[])
      AS t (id, version, attributes, attribute_provenance, tags, tag_provenance, consents, created_at, last_event_at)
    WHERE p.id = t.id RETURNING p.xmin::text AS stamp`,
};
const manySegments = 16;
const retireProfiles = {
  name: 'profiles-retire',
  text: `UPDATE profiles p SET merged_into = m.survivor, updated_at = $3 FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor) WHERE p.id = m.loser`,
};

/** Stores the changed profiles, each once, whatever number of events it had. A profile's version grows only if it changed. */
@Injectable()
export class SaveStage implements Stage {
  readonly name = 'save';

  constructor(private readonly cache: ProfileCache) {}

  async run(batch: Batch): Promise<void> {
    const losers = new Set(batch.merges.map(({ loser }) => loser));
    const changed = [...batch.profiles.values()].filter(
      (held) => !losers.has(held.profile.id) && (held.touched || changes(held)),
    );
    for (const held of changed) {
      if (changes(held)) held.profile = { ...held.profile, version: held.profile.version + 1 };
    }
    for (const isKept of [false, true]) {
      const profiles = changed.filter((held) => keepsManySegments(held) === isKept).map((held) => held.profile);
      if (profiles.length === 0) continue;
      const columns = [batch.now, ...columnsOf(profiles)];
      const [saved] = await batch.query<{ stamp: string }>(
        isKept ? saveWithoutSegments : saveProfiles,
        isKept ? columns : [...columns, jsonbArray(profiles.map(({ segments }) => JSON.stringify(segments)))],
      );
      // All were written by this transaction, so they share its stamp.
      if (saved !== undefined) batch.afterCommit(() => this.cache.remember(profiles, saved.stamp));
    }
    if (losers.size > 0)
      await batch.query(retireProfiles, [
        batch.merges.map(({ loser }) => loser),
        batch.merges.map(({ survivor }) => survivor),
        batch.now,
      ]);
  }
}

const columnsOf = (profiles: readonly Profile[]): Buffer[] => [
  uuidArray(profiles.map(({ id }) => id)),
  intArray(profiles.map(({ version }) => version)),
  jsonbArray(profiles.map(({ attributes }) => JSON.stringify(attributes))),
  jsonbArray(profiles.map(({ attributeProvenance }) => JSON.stringify(byEvent(attributeProvenance)))),
  jsonbArray(profiles.map(({ tags }) => JSON.stringify(tags))),
  jsonbArray(profiles.map(({ tagProvenance }) => JSON.stringify(tagProvenance))),
  jsonbArray(profiles.map(({ consents }) => JSON.stringify(consents))),
  timestampArray(profiles.map(({ createdAt }) => createdAt)),
  timestampArray(profiles.map(({ lastEventAt }) => lastEventAt)),
];

const keepsManySegments = ({
  isNew,
  everythingChanged,
  segmentChanges,
  profile: { segments },
}: BatchProfile): boolean =>
  !isNew && !everythingChanged && segmentChanges.length === 0 && Object.keys(segments).length > manySegments;

const changes = (held: BatchProfile): boolean =>
  held.isNew ||
  held.everythingChanged ||
  held.changedAttributes.size > 0 ||
  held.tagsChanged ||
  held.changedPurposes.size > 0 ||
  held.segmentChanges.length > 0;
