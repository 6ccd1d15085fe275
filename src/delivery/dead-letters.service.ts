import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import { storableJson, storableText } from '../database/storable-text.js';
import type { DeadLetterEntity, DeadLetterKind } from './dead-letter.entity.js';

/** An event that no stage could digest. */
export interface UnprocessableEvent {
  readonly source: string;
  readonly key: string;
  readonly message: string;
  readonly event: unknown;
}

/** Which dead letters to list or to replay; what is left out does not restrict. */
export interface DeadLetterFilter {
  readonly ids?: readonly string[] | undefined;
  readonly kind?: DeadLetterKind | undefined;
  readonly origin?: string | undefined;
  readonly cause?: string | undefined;
  readonly profileId?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly resolved?: boolean | undefined;
}

export interface DeadLetterGroup {
  readonly kind: DeadLetterKind;
  readonly origin: string;
  readonly cause: string;
  readonly count: number;
  /** What the newest of them says. */
  readonly message: string;
  readonly lastAt: Date;
}

/** One open letter per subject; a repetition counts up. */
export const upsertDeadLetters = `
  INSERT INTO dead_letters AS letter (id, kind, origin, subject, profile_id, cause, message, request, answer, created_at, last_at)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[], $10::timestamptz[], $10::timestamptz[])
  ON CONFLICT (kind, origin, subject) WHERE resolved_at IS NULL DO UPDATE SET
    cause = excluded.cause, message = excluded.message, request = excluded.request, answer = excluded.answer,
    last_at = excluded.last_at, occurrences = letter.occurrences + 1
  RETURNING id`;

const conditions = `
  ($1::uuid[] IS NULL OR id = ANY ($1)) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR origin = $3)
  AND ($4::text IS NULL OR cause = $4) AND ($5::uuid IS NULL OR profile_id = $5)
  AND ($6::timestamptz IS NULL OR last_at >= $6) AND ($7::timestamptz IS NULL OR last_at < $7)
  AND ($8::boolean IS NULL OR (resolved_at IS NOT NULL) = $8)`;

const valuesOf = (filter: DeadLetterFilter) => [
  filter.ids ?? null,
  filter.kind ?? null,
  filter.origin ?? null,
  filter.cause ?? null,
  filter.profileId ?? null,
  filter.from ?? null,
  filter.to ?? null,
  filter.resolved ?? null,
];

/** What will not succeed without a person. */
@Injectable()
export class DeadLetters {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Returns the letter's id; the same event again is the same letter. */
  async keepEvent({ source, key, message, event }: UnprocessableEvent): Promise<string> {
    const now = this.now();
    const rows = await this.dataSource.query<{ id: string }[]>(upsertDeadLetters, [
      [uuidv7()],
      ['event'],
      [source],
      [storableText(key)],
      [null],
      ['UNPROCESSABLE_EVENT'],
      [storableText(message)],
      [storableJson(event)],
      [null],
      [now],
    ]);
    return rows[0]?.id ?? '';
  }

  /** Newest first; `before` is the id of the last one of the page before. */
  list(filter: DeadLetterFilter, limit: number, before: string | null): Promise<DeadLetterEntity[]> {
    return this.dataSource.query<DeadLetterEntity[]>(
      `SELECT * FROM dead_letters WHERE ${conditions} AND ($9::uuid IS NULL OR id < $9) ORDER BY id DESC LIMIT $10`,
      [...valuesOf(filter), before, limit],
    );
  }

  byCause(filter: DeadLetterFilter): Promise<DeadLetterGroup[]> {
    return this.dataSource.query<DeadLetterGroup[]>(
      `SELECT kind, origin, cause, count(*)::int AS count, max(last_at) AS "lastAt", (array_agg(message ORDER BY last_at DESC))[1] AS message
       FROM dead_letters WHERE ${conditions} GROUP BY kind, origin, cause ORDER BY count DESC, cause`,
      valuesOf(filter),
    );
  }

  /** Takes up to `limit` open letters to be replayed and marks them so; the caller puts them back to work. */
  take(filter: DeadLetterFilter, limit: number): Promise<DeadLetterEntity[]> {
    return this.dataSource.transaction(async (manager) => {
      const letters = await manager.query<DeadLetterEntity[]>(
        `SELECT * FROM dead_letters WHERE ${conditions} ORDER BY id LIMIT $9 FOR UPDATE SKIP LOCKED`,
        [...valuesOf({ ...filter, resolved: false }), limit],
      );
      await manager.query(
        `UPDATE dead_letters SET resolution = 'replayed', resolved_at = $2 WHERE id = ANY ($1::uuid[])`,
        [letters.map(({ id }) => id), this.now()],
      );
      return letters;
    });
  }

  /** Taken, but not put to work: open again, unless the same subject has an open letter by now. */
  async reopen(ids: readonly string[]): Promise<void> {
    await this.dataSource.query(
      `UPDATE dead_letters letter SET resolution = NULL, resolved_at = NULL
       WHERE id = ANY ($1::uuid[]) AND NOT EXISTS (
         SELECT FROM dead_letters open WHERE (open.kind, open.origin, open.subject) = (letter.kind, letter.origin, letter.subject)
           AND open.resolved_at IS NULL)`,
      [ids],
    );
  }

  countOpen(): Promise<{ kind: DeadLetterKind; count: number }[]> {
    return this.dataSource.query(
      `SELECT kind, count(*)::int AS count FROM dead_letters WHERE resolved_at IS NULL GROUP BY kind`,
    );
  }
}
