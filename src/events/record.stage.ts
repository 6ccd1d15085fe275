import { Injectable } from '@nestjs/common';
import { jsonbArray, textArray, timestampArray, uuidArray } from '../database/binary-array.js';
import type { AttributeValue } from '../profiles/attribute.js';
import { setOwn } from '../profiles/own-value.js';
import type { Batch, BatchEvent, Stage } from './batch.js';
import type { EventData } from './event-data.js';

const insertEvents = {
  name: 'events-insert',
  text: `INSERT INTO events (id, received_at, occurred_at, source, kind, name, channel, profile_id, data, raw)
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::jsonb[], $10::text[])`,
};

const moveEvents = {
  name: 'events-move',
  text: `UPDATE events e SET profile_id = m.survivor FROM unnest($1::uuid[], $2::uuid[]) AS m (loser, survivor) WHERE e.profile_id = m.loser`,
};

/** Keeps each new event for ever, with what was understood of it and the body as it came. */
@Injectable()
export class RecordStage implements Stage {
  readonly name = 'record';

  async run(batch: Batch): Promise<void> {
    if (batch.merges.length > 0)
      await batch.query(moveEvents, [
        batch.merges.map(({ loser }) => loser),
        batch.merges.map(({ survivor }) => survivor),
      ]);
    // The clock says nothing new about a person; what came of it stands in the history of the segments.
    const events = batch.events.filter(({ repeated, incoming }) => !repeated && incoming.kind !== 'clock');
    if (events.length === 0) return;
    await batch.query(insertEvents, [
      uuidArray(events.map((event) => event.id)),
      timestampArray(events.map((event) => event.receivedAt)),
      timestampArray(events.map((event) => event.occurredAt)),
      textArray(events.map((event) => event.source)),
      textArray(events.map((event) => event.incoming.kind)),
      textArray(events.map((event) => event.incoming.name)),
      textArray(events.map((event) => event.incoming.channel)),
      uuidArray(events.map((event) => event.profileId)),
      jsonbArray(events.map((event) => JSON.stringify(dataOf(event)))),
      textArray(events.map((event) => event.raw)),
    ]);
  }
}

function dataOf({ incoming, attributes, notes }: BatchEvent): EventData {
  const said = notes.length > 0 ? [...incoming.notes, ...notes] : incoming.notes;
  return {
    identities: incoming.identities,
    ...(attributes.length > 0 && { attributes: byKey(attributes) }),
    ...(incoming.tagsAdded.length > 0 && { tagsAdded: incoming.tagsAdded }),
    ...(incoming.tagsRemoved.length > 0 && { tagsRemoved: incoming.tagsRemoved }),
    ...(incoming.consents.length > 0 && { consents: incoming.consents }),
    ...(incoming.text !== null && { text: incoming.text }),
    ...(Object.keys(incoming.properties).length > 0 && { properties: incoming.properties }),
    ...(said.length > 0 && { notes: said }),
  };
}

function byKey(attributes: BatchEvent['attributes']): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {};
  for (const { key, value } of attributes) setOwn(values, key, value);
  return values;
}
