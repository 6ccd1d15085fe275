import { Injectable } from '@nestjs/common';
import { textArray, timestampArray, uuidArray } from '../database/binary-array.js';
import type { Batch, BatchEvent, Stage } from './batch.js';

/** How long a platform's own event id is remembered; far beyond any platform's last retry. */
const rememberedMs = 90 * 24 * 60 * 60 * 1_000;

/** One statement takes the keys that are free and those whose window has passed; what it does not return is a repetition. */
const takeKeys = {
  name: 'events-take-keys',
  text: `INSERT INTO event_keys AS known (source, key, event_id, received_at, repeats_until)
    SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::timestamptz[]) AS t (source, key, event_id, received_at, repeats_until)
    ORDER BY source, key
    ON CONFLICT (source, key) DO UPDATE
      SET event_id = excluded.event_id, received_at = excluded.received_at, repeats_until = excluded.repeats_until
      WHERE known.repeats_until <= excluded.received_at
    RETURNING event_id`,
};

/** The same event twice has the effect of once. */
@Injectable()
export class DeduplicateStage implements Stage {
  readonly name = 'deduplicate';

  async run(batch: Batch): Promise<void> {
    const first = new Map<string, BatchEvent>();
    for (const event of batch.events) {
      const key = `${event.source}\u0000${event.incoming.dedupe.key}`;
      if (first.has(key)) event.repeated = true;
      else first.set(key, event);
    }
    const events = [...first.values()];
    const taken = await batch.query<{ event_id: string }>(takeKeys, [
      textArray(events.map((event) => event.source)),
      textArray(events.map((event) => event.incoming.dedupe.key)),
      uuidArray(events.map((event) => event.id)),
      timestampArray(events.map((event) => event.receivedAt)),
      timestampArray(events.map(repeatsUntil)),
    ]);
    const fresh = new Set(taken.map((row) => row.event_id));
    for (const event of events) event.repeated = !fresh.has(event.id);
  }
}

const repeatsUntil = ({ receivedAt, incoming }: BatchEvent): Date =>
  new Date(receivedAt.getTime() + (incoming.dedupe.windowMs ?? rememberedMs));
