import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Batch, Stage } from '../events/batch.js';
import { teaches } from '../events/teaches.js';
import { applyConsents, type ConsentChange } from './apply-consents.js';

const insertChanges = {
  name: 'consent-changes-insert',
  text: `INSERT INTO consent_changes (id, profile_id, purpose, status, previous, occurred_at, source, event_id, evidence)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::uuid[], $9::text[])`,
};

/** The proofs of both belong to the one person they turned out to be. */
const moveChanges = {
  name: 'consent-changes-move',
  text: `UPDATE consent_changes c SET profile_id = m.survivor FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor) WHERE c.profile_id = m.loser`,
};

interface Row extends ConsentChange {
  readonly profileId: string;
  readonly at: Date;
  readonly source: string;
  readonly eventId: string;
}

/** Keeps what people agreed to and withdrew, per purpose, each change with its proof. */
@Injectable()
export class ConsentStage implements Stage {
  readonly name = 'consent';

  async run(batch: Batch): Promise<void> {
    if (batch.merges.length > 0)
      await batch.query(moveChanges, [
        batch.merges.map(({ loser }) => loser),
        batch.merges.map(({ survivor }) => survivor),
      ]);
    const rows: Row[] = [];
    for (const event of batch.events) {
      const held = batch.profiles.get(event.profileId);
      if (event.repeated || held === undefined || !teaches[event.incoming.kind]) continue;
      if (event.incoming.consents.length === 0) continue;
      const update = {
        eventId: event.id,
        source: event.source,
        at: event.occurredAt,
        decisions: event.incoming.consents,
      };
      const { consents, changes } = applyConsents(held.profile.consents, update);
      held.profile = { ...held.profile, consents };
      for (const change of changes) {
        held.changedPurposes.add(change.purpose);
        rows.push({
          ...change,
          profileId: event.profileId,
          at: event.occurredAt,
          source: event.source,
          eventId: event.id,
        });
      }
    }
    if (rows.length === 0) return;
    await batch.query(insertChanges, [
      rows.map(() => uuidv7()),
      rows.map((row) => row.profileId),
      rows.map((row) => row.purpose),
      rows.map((row) => row.status),
      rows.map((row) => row.previous),
      rows.map((row) => row.at),
      rows.map((row) => row.source),
      rows.map((row) => row.eventId),
      rows.map((row) => row.evidence),
    ]);
  }
}
