import { Injectable } from '@nestjs/common';
import { textArray, uuidArray } from '../database/binary-array.js';
import type { Batch, BatchEvent, Stage } from '../events/batch.js';
import { type ActiveDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { mapProfile, type MappingSight } from '../mapping/map-profile.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { ownValue } from '../profiles/own-value.js';
import { type Profile, sameValue } from '../profiles/profile.js';
import { ownWords, type Written } from './own-words.js';

/** Index: the primary key. */
const readWritten = {
  name: 'remote-records-written',
  text: `SELECT r.destination, r.profile_id AS "profileId", r.key, r.fields, r.tags, r.dropped
    FROM unnest($1::text[], $2::uuid[]) AS asked (destination, profile_id) JOIN remote_records r USING (destination, profile_id)`,
};

interface Row extends Written {
  readonly destination: string;
  readonly profileId: string;
  readonly key: string;
}

/** An event from a chat platform, and a way back to it. */
interface Pair {
  readonly event: BatchEvent;
  readonly back: ActiveDestination;
  /** Namespace of the ids by which the way back finds its contacts. */
  readonly namespace: string;
}

/**
 * Takes out of events what a chat platform only repeats after us, before anybody learns from it: nothing can go round in circles, and
 * no old value comes back as a new one. Costs a query only where a source has a way back.
 */
@Injectable()
export class OwnWordsStage implements Stage {
  readonly name = 'own words';

  readonly #sight: MappingSight;

  constructor(
    private readonly mappings: MappingDirectory,
    catalog: AttributeCatalog,
  ) {
    this.#sight = { typeOf: (key) => catalog.typeOf(key), identities: new Map() };
  }

  async run(batch: Batch): Promise<void> {
    const pairs = this.#pairs(batch);
    if (pairs.length === 0) return;
    const rows = await batch.query<Row>(readWritten, asked(batch, pairs));
    for (const pair of pairs) {
      const { event, back } = pair;
      const known = batch.profiles.get(event.profileId);
      if (known === undefined || known.isNew) continue;
      const row = rows.find((each) => isOf(batch, each, pair));
      // A tag of ours may start a flow that calls us before its own delivery is written down.
      const wanted = { ...mapProfile(known.profile, back.mapping, this.#sight), dropped: [] };
      takeOut(event, known.profile, back, row === undefined ? [wanted] : [row, wanted]);
    }
  }

  #pairs({ events }: Batch): Pair[] {
    const backs = this.mappings.waysBack();
    if (backs.length === 0) return [];
    return events.flatMap((event) =>
      event.repeated
        ? []
        : backs.flatMap(({ source, namespace, back }) => (source === event.source ? [{ event, back, namespace }] : [])),
    );
  }
}

/** What a profile that has just been merged away had written is still kept under its own id. */
function asked({ merges }: Batch, pairs: readonly Pair[]): [Buffer, Buffer] {
  const wanted = pairs.flatMap(({ event: { profileId }, back: { destination } }) => [
    [destination, profileId] as const,
    ...merges.flatMap(({ survivor, loser }) => (survivor === profileId ? [[destination, loser] as const] : [])),
  ]);
  const once = [...new Map(wanted.map((one) => [one.join(' '), one])).values()];
  return [textArray(once.map(([destination]) => destination)), uuidArray(once.map(([, profileId]) => profileId))];
}

const isOf = (batch: Batch, { destination, profileId, key }: Row, { event, back, namespace }: Pair): boolean =>
  destination === back.destination &&
  survivorOf(batch, profileId) === event.profileId &&
  event.incoming.identities.some((identity) => identity.namespace === namespace && identity.value === key);

const survivorOf = ({ merges }: Batch, profileId: string): string =>
  merges.find(({ loser }) => loser === profileId)?.survivor ?? profileId;

function takeOut(
  event: BatchEvent,
  profile: Profile,
  { destination, mapping }: ActiveDestination,
  written: readonly Written[],
): void {
  const { incoming } = event;
  const own = ownWords(incoming, mapping, written);
  if (own.attributes.size + own.tags.size === 0) return;
  event.incoming = {
    ...incoming,
    attributes: incoming.attributes.filter((_attribute, index) => !own.attributes.has(index)),
    tagsAdded: incoming.tagsAdded.filter((tag) => !own.tags.has(tag)),
  };
  const otherwise = [
    ...incoming.attributes
      .filter(
        ({ key, value }, index) => own.attributes.has(index) && !sameValue(ownValue(profile.attributes, key), value),
      )
      .map(({ label }) => `"${label}"`),
    ...[...own.tags].filter((tag) => !profile.tags.includes(tag)).map((tag) => `the tag "${tag}"`),
  ];
  if (otherwise.length > 0)
    event.notes.push(
      `It only repeats what Parley writes to ${destination}, which is no news: ${otherwise.join(', ')}.`,
    );
}
