import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Metrics } from '../observability/metrics.service.js';
import { upsertDeadLetters } from './dead-letters.service.js';
import type { Entry } from './outcome.js';
import { RemoteRecords } from './remote-records.repository.js';
import { SyncMarks } from './sync-marks.repository.js';

/** One attempt with all its outcomes. */
export interface DeliveryAttempt {
  readonly id: string;
  readonly destination: string;
  readonly claim: string;
  readonly object: string;
  readonly mappingVersion: number;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly calls: number;
  readonly entries: readonly Entry[];
  /** Why the attempt as a whole failed; null: it did not. */
  readonly error: string | null;
}

/** Writes what came of a delivery, in one transaction: marks, what the destination holds now, the log, dead letters. */
@Injectable()
export class DeliveryLedger {
  constructor(
    private readonly dataSource: DataSource,
    private readonly marks: SyncMarks,
    private readonly remoteRecords: RemoteRecords,
    private readonly metrics: Metrics,
  ) {}

  async write(attempt: DeliveryAttempt): Promise<void> {
    const { destination, entries } = attempt;
    const outcomes = countBy(entries.map(({ mark }) => mark.outcome));
    await this.dataSource.transaction(async (manager) => {
      await this.marks.settle(
        manager,
        destination,
        attempt.claim,
        entries.map(({ mark }) => mark),
      );
      await this.remoteRecords.save(
        manager,
        {
          destination,
          object: attempt.object,
          mappingVersion: attempt.mappingVersion,
          deliveryId: attempt.id,
          at: attempt.finishedAt,
        },
        entries.flatMap(({ remoteRecord }) => (remoteRecord === null ? [] : [remoteRecord])),
      );
      await this.#log(manager, attempt, outcomes);
      await this.#letters(manager, attempt);
    });
    for (const [outcome, count] of Object.entries(outcomes)) this.metrics.recordsDelivered(destination, outcome, count);
  }

  async #log(
    manager: EntityManager,
    attempt: DeliveryAttempt,
    outcomes: Readonly<Record<string, number>>,
  ): Promise<void> {
    const { entries } = attempt;
    await manager.query(
      `INSERT INTO deliveries (id, destination, mapping_version, started_at, finished_at, calls, records, outcomes, error)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        attempt.id,
        attempt.destination,
        attempt.mappingVersion,
        attempt.startedAt,
        attempt.finishedAt,
        attempt.calls,
        entries.length,
        JSON.stringify(outcomes),
        attempt.error,
      ],
    );
    await manager.query(
      `INSERT INTO delivery_records (delivery_id, destination, profile_id, profile_version, outcome, code, message, field, remote_id, sent, dropped)
       SELECT $1, $2, t.* FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[], $11::jsonb[]) AS t`,
      [
        attempt.id,
        attempt.destination,
        entries.map(({ mark }) => mark.profileId),
        entries.map(({ mark }) => mark.version),
        entries.map(({ mark }) => mark.outcome),
        entries.map(({ code }) => code),
        entries.map(({ message }) => message),
        entries.map(({ field }) => field),
        entries.map(({ remoteRecord }) => remoteRecord?.remoteId ?? null),
        entries.map(({ sent }) => (sent === null ? null : JSON.stringify(sent))),
        entries.map(({ dropped }) => (dropped.length === 0 ? null : JSON.stringify(dropped))),
      ],
    );
  }

  async #letters(manager: EntityManager, attempt: DeliveryAttempt): Promise<void> {
    const delivered = attempt.entries.filter(({ remoteRecord }) => remoteRecord !== null);
    if (delivered.length > 0)
      await manager.query(
        `UPDATE dead_letters SET resolution = 'delivered', resolved_at = $3
         WHERE kind = 'sync' AND origin = $1 AND subject = ANY ($2::text[]) AND resolved_at IS NULL`,
        [attempt.destination, delivered.map(({ mark }) => mark.profileId), attempt.finishedAt],
      );
    const letters = attempt.entries.flatMap((entry) =>
      entry.letter === null ? [] : [{ ...entry, letter: entry.letter }],
    );
    if (letters.length === 0) return;
    await manager.query(upsertDeadLetters, [
      letters.map(() => uuidv7()),
      letters.map(() => 'sync'),
      letters.map(() => attempt.destination),
      letters.map(({ mark }) => mark.profileId),
      letters.map(({ mark }) => mark.profileId),
      letters.map(({ letter }) => letter.cause),
      letters.map(({ letter }) => letter.message),
      letters.map(({ sent, mark }) =>
        JSON.stringify({ deliveryId: attempt.id, profileVersion: mark.version, fields: sent }),
      ),
      letters.map(({ letter }) => JSON.stringify(letter.answer)),
      letters.map(() => attempt.finishedAt),
    ]);
  }
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
