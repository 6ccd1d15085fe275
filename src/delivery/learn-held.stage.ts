import { Injectable } from '@nestjs/common';
import { jsonbArray, textArray, timestampArray, uuidArray } from '../database/binary-array.js';
import type { Batch, Stage } from '../events/batch.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { type HeldNow, heldNow } from './held-now.js';

/** Only of the very record that told it, and only what we have not written over since. Index: the primary key. */
const learn = {
  name: 'remote-records-learn',
  text: `UPDATE remote_records r SET fields = r.fields || t.fields, consents = r.consents || t.consents
    FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::jsonb[])
      AS t (destination, profile_id, remote_id, at, fields, consents)
    WHERE r.destination = t.destination AND r.profile_id = t.profile_id AND r.remote_id = t.remote_id AND r.delivered_at <= t.at`,
};

interface Learned extends HeldNow {
  readonly destination: string;
  readonly profileId: string;
  readonly remoteId: string;
  readonly at: Date;
}

/**
 * Keeps what destinations have just told of their records, so that their own news does not go back to them. After the sync marks, because
 * delivery locks in that order too: marks, then records.
 */
@Injectable()
export class LearnHeldStage implements Stage {
  readonly name = 'learn held';

  constructor(
    private readonly mappings: MappingDirectory,
    private readonly catalog: AttributeCatalog,
  ) {}

  async run(batch: Batch): Promise<void> {
    const learned = new Map<string, Learned>();
    const sight = { typeOf: (key: string) => this.catalog.typeOf(key), identities: new Map<string, string>() };
    for (const event of batch.events) {
      const told = event.incoming.held;
      const profile = batch.profiles.get(event.profileId)?.profile;
      if (event.repeated || told?.remoteId == null || profile === undefined) continue;
      const mapping = this.mappings.find(told.destination)?.mapping;
      if (mapping === undefined) continue;
      const now = heldNow(event, profile, mapping, sight);
      const key = `${told.destination} ${profile.id} ${told.remoteId}`;
      const before = learned.get(key);
      learned.set(key, {
        destination: told.destination,
        profileId: profile.id,
        remoteId: told.remoteId,
        at: told.readAt ?? event.occurredAt,
        fields: { ...before?.fields, ...now.fields },
        consents: { ...before?.consents, ...now.consents },
      });
    }
    const rows = [...learned.values()].filter(
      ({ fields, consents }) => Object.keys(fields).length > 0 || Object.keys(consents).length > 0,
    );
    if (rows.length === 0) return;
    rows.sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
    await batch.query(learn, [
      textArray(rows.map(({ destination }) => destination)),
      uuidArray(rows.map(({ profileId }) => profileId)),
      textArray(rows.map(({ remoteId }) => remoteId)),
      timestampArray(rows.map(({ at }) => at)),
      jsonbArray(rows.map(({ fields }) => JSON.stringify(fields))),
      jsonbArray(rows.map(({ consents }) => JSON.stringify(consents))),
    ]);
  }
}
