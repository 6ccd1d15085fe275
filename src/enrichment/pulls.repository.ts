import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Json } from '../destinations/json.js';
import { PullEntity } from './pull.entity.js';

/** A stream that is to be read from time to time. */
export interface PlannedStream {
  readonly destination: string;
  readonly stream: string;
  /** null: not at all. */
  readonly everyMs: number | null;
}

/** Where a pull goes on, and how often it has failed. */
export interface TakenPull {
  readonly watermark: Json;
  readonly cursor: Json;
  readonly attempts: number;
}

export interface PageSaved {
  readonly cursor: Json;
  readonly done: number;
  readonly total: number | null;
  readonly facts: number;
}

interface Place {
  readonly destination: string;
  readonly stream: string;
  readonly puller: string;
}

/** New streams are due at once. */
const planNew = `
  INSERT INTO pulls (destination, stream, due_at)
  SELECT destination, stream, CASE WHEN every_ms IS NOT NULL THEN $4::timestamptz END
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t (destination, stream, every_ms)
  ON CONFLICT (destination, stream) DO NOTHING`;

/** One that is switched off is never due, one that is switched on again at once, one that is read more often than before earlier. */
const planChanged = `
  UPDATE pulls p SET due_at = CASE
    WHEN t.every_ms IS NULL THEN NULL
    WHEN p.due_at IS NULL THEN $4
    ELSE GREATEST($4, p.finished_at + t.every_ms * interval '1 millisecond') END
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t (destination, stream, every_ms)
  WHERE p.destination = t.destination AND p.stream = t.stream AND (
    (t.every_ms IS NULL) <> (p.due_at IS NULL)
    OR (p.error IS NULL AND p.due_at > $4 AND p.due_at > p.finished_at + t.every_ms * interval '1 millisecond'))`;

/** One puller at a time; whoever shows no sign of life has lost it. A pull that begins anew counts from nothing. */
const take = `
  UPDATE pulls SET puller = $3, pulled_until = $5,
    started_at = CASE WHEN cursor IS NULL THEN $4 ELSE started_at END,
    done = CASE WHEN cursor IS NULL THEN 0 ELSE done END,
    facts = CASE WHEN cursor IS NULL THEN 0 ELSE facts END,
    total = CASE WHEN cursor IS NULL THEN NULL ELSE total END
  WHERE destination = $1 AND stream = $2 AND due_at <= $4 AND NOT stopped AND (puller IS NULL OR pulled_until <= $4)
  RETURNING watermark, cursor, attempts`;

/** The questions about how far histories have been read. */
@Injectable()
export class PullStates {
  constructor(private readonly dataSource: DataSource) {}

  async plan(streams: readonly PlannedStream[], now: Date): Promise<void> {
    if (streams.length === 0) return;
    const values = [
      streams.map(({ destination }) => destination),
      streams.map(({ stream }) => stream),
      streams.map(({ everyMs }) => everyMs),
      now,
    ];
    await this.dataSource.query(planNew, values);
    await this.dataSource.query(planChanged, values);
  }

  /** Index: pulls_due_idx. */
  due(now: Date): Promise<{ destination: string; stream: string }[]> {
    return this.dataSource.query(
      `SELECT destination, stream FROM pulls WHERE due_at <= $1 AND NOT stopped AND (puller IS NULL OR pulled_until <= $1) ORDER BY due_at`,
      [now],
    );
  }

  of(destination: string): Promise<PullEntity[]> {
    const rows = this.dataSource.getRepository(PullEntity).createQueryBuilder('pull');
    return rows.where('pull.destination = :destination', { destination }).getMany();
  }

  /** null: it is not due, it was stopped, or somebody else is at it. */
  async take({ destination, stream, puller }: Place, now: Date, until: Date): Promise<TakenPull | null> {
    const [rows] = await this.dataSource.query<[TakenPull[], number]>(take, [destination, stream, puller, now, until]);
    return rows[0] ?? null;
  }

  /** false: somebody else has it, or it is to stop. */
  async renew({ destination, stream, puller }: Place, until: Date): Promise<boolean> {
    const [rows] = await this.dataSource.query<[{ stopped: boolean }[], number]>(
      `UPDATE pulls SET pulled_until = $4 WHERE destination = $1 AND stream = $2 AND puller = $3 RETURNING stopped`,
      [destination, stream, puller, until],
    );
    return rows[0]?.stopped === false;
  }

  /** Everything of the page is committed. false: somebody else has it, or it is to stop. */
  async savePage({ destination, stream, puller }: Place, page: PageSaved): Promise<boolean> {
    const [rows] = await this.dataSource.query<[{ stopped: boolean }[], number]>(
      `UPDATE pulls SET cursor = $4, done = done + $5, total = COALESCE($6, total), facts = facts + $7, attempts = 0, error = NULL
       WHERE destination = $1 AND stream = $2 AND puller = $3 RETURNING stopped`,
      [destination, stream, puller, jsonOf(page.cursor), page.done, page.total, page.facts],
    );
    return rows[0]?.stopped === false;
  }

  /** The last page is done. */
  async finish({ destination, stream, puller }: Place, watermark: Json, now: Date, dueAt: Date | null): Promise<void> {
    await this.dataSource.query(
      `UPDATE pulls SET cursor = NULL, watermark = $4, finished_at = $5, due_at = $6, attempts = 0, error = NULL, puller = NULL, pulled_until = NULL
       WHERE destination = $1 AND stream = $2 AND puller = $3`,
      [destination, stream, puller, jsonOf(watermark), now, dueAt],
    );
  }

  /** It goes on later where it was, or begins again. */
  async postpone(
    { destination, stream, puller }: Place,
    later: {
      readonly dueAt: Date;
      readonly attempts: number;
      readonly error: string | null;
      readonly startOver: boolean;
    },
  ): Promise<void> {
    await this.dataSource.query(
      `UPDATE pulls SET due_at = $4, attempts = $5, error = $6, cursor = CASE WHEN $7 THEN NULL ELSE cursor END, puller = NULL, pulled_until = NULL
       WHERE destination = $1 AND stream = $2 AND puller = $3`,
      [destination, stream, puller, later.dueAt, later.attempts, later.error, later.startOver],
    );
  }

  async letGo({ destination, stream, puller }: Place): Promise<void> {
    await this.dataSource.query(
      `UPDATE pulls SET puller = NULL, pulled_until = NULL WHERE destination = $1 AND stream = $2 AND puller = $3`,
      [destination, stream, puller],
    );
  }

  /** A person wants it now; `full`: from the beginning. One that is under way is only set going again. */
  async start(destination: string, stream: string, full: boolean, now: Date): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO pulls AS pull (destination, stream, due_at) VALUES ($1, $2, $3)
       ON CONFLICT (destination, stream) DO UPDATE SET due_at = $3, stopped = false, attempts = 0, error = NULL,
         watermark = CASE WHEN $4 THEN NULL ELSE pull.watermark END,
         cursor = CASE WHEN $4 THEN NULL ELSE pull.cursor END,
         -- Whoever is at it must not save its old place over this.
         puller = CASE WHEN $4 THEN NULL ELSE pull.puller END`,
      [destination, stream, now, full],
    );
  }

  /** Where it is now it stays, until a person starts it. */
  async stop(destination: string, stream: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO pulls (destination, stream, stopped) VALUES ($1, $2, true)
       ON CONFLICT (destination, stream) DO UPDATE SET stopped = true`,
      [destination, stream],
    );
  }

  /** Pulls that died with the last process; only for a database that no other process uses. */
  async dropLeases(): Promise<void> {
    await this.dataSource.query('UPDATE pulls SET puller = NULL, pulled_until = NULL');
  }
}

const jsonOf = (json: Json): string | null => (json === null ? null : JSON.stringify(json));
