import { Injectable } from '@nestjs/common';
import { textArray, timestampArray, uuidArray } from '../database/binary-array.js';
import type { Batch, BatchEvent, Stage } from './batch.js';
import type { DedupeKey } from './incoming-event.js';

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
    RETURNING source, key`,
};

/** The same event twice has the effect of once. */
@Injectable()
export class DeduplicateStage implements Stage {
  readonly name = 'deduplicate';

  async run(batch: Batch): Promise<void> {
    const claims = new Map<string, Claim>();
    for (const event of batch.events) {
      const own = keysOf(event).map((key) => [`${event.source}\u0000${key.key}`, { event, key }] as const);
      event.repeated = own.some(([name]) => claims.has(name));
      if (!event.repeated) for (const [name, claim] of own) claims.set(name, claim);
    }
    const asked = [...claims.values()];
    const taken = await batch.query<{ source: string; key: string }>(takeKeys, [
      textArray(asked.map(({ event }) => event.source)),
      textArray(asked.map(({ key }) => key.key)),
      uuidArray(asked.map(({ event }) => event.id)),
      timestampArray(asked.map(({ event }) => event.receivedAt)),
      timestampArray(asked.map(repeatsUntil)),
    ]);
    const free = new Set(taken.map(({ source, key }) => `${source}\u0000${key}`));
    for (const [name, { event }] of claims) if (!free.has(name)) event.repeated = true;
  }
}

/** A key that an event wants to be the first with. */
interface Claim {
  readonly event: BatchEvent;
  readonly key: DedupeKey;
}

const keysOf = ({ incoming: { dedupe, alsoDedupe } }: BatchEvent): readonly DedupeKey[] =>
  alsoDedupe === undefined ? [dedupe] : [dedupe, alsoDedupe];

const repeatsUntil = ({ event: { receivedAt }, key: { windowMs } }: Claim): Date =>
  new Date(receivedAt.getTime() + (windowMs ?? rememberedMs));
