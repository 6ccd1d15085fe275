import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { storableJson, storableText } from '../database/storable-text.js';
import type { EventKind } from '../events/incoming-event.js';
import { type RequestRow, rowOf, type SeenRequest } from './seen-request.js';
import { SourceEventNameEntity } from './source-event-name.entity.js';
import { SourceRequestEntity } from './source-request.entity.js';

export interface CountedName {
  readonly source: string;
  readonly kind: EventKind;
  readonly name: string;
  readonly count: number;
  readonly last: Date;
}

const insertRequests = `INSERT INTO source_requests
    (id, source, received_at, outcome, detail, took_ms, method, remote_address, query, headers, body, cut, events, profile_id, status, answer, left_out)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[],
    $9::jsonb[], $10::jsonb[], $11::text[], $12::boolean[], $13::jsonb[], $14::uuid[], $15::int[], $16::jsonb[], $17::jsonb[])
  ON CONFLICT (id) DO NOTHING`;

/** Only the last ones of each source are kept, strangers' counted apart; what still has to be processed stays. */
const deleteOthers = `DELETE FROM source_requests USING (
    SELECT id, row_number() OVER (PARTITION BY source, outcome = 'refused' ORDER BY received_at DESC, id DESC) AS place
    FROM source_requests WHERE source = ANY ($1::text[]) AND outcome <> 'late'
  ) AS ranked WHERE source_requests.id = ranked.id AND ranked.place > $2`;

/** New names only while the source has room for them. */
const upsertNames = `INSERT INTO source_event_names AS known (source, kind, name, count, first_at, last_at)
  SELECT given.source, given.kind, given.name, given.count, given.last_at, given.last_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) AS given (source, kind, name, count, last_at)
  WHERE (SELECT count(*) FROM source_event_names AS others WHERE others.source = given.source) < $6
    OR EXISTS (SELECT FROM source_event_names AS same WHERE (same.source, same.kind, same.name) = (given.source, given.kind, given.name))
  ON CONFLICT (source, kind, name) DO UPDATE SET count = known.count + excluded.count, last_at = greatest(known.last_at, excluded.last_at)`;

/** What sources sent lately. */
@Injectable()
export class SourceRequests {
  constructor(private readonly dataSource: DataSource) {}

  /** @param keep how many of each source stay */
  async add(seen: readonly SeenRequest[], keep: number): Promise<void> {
    if (seen.length === 0) return;
    await this.#insert(seen.map((each) => ({ id: uuidv7(), row: rowOf(each) })));
    await this.dataSource.query(deleteOthers, [[...new Set(seen.map(({ source }) => source))], keep]);
  }

  /** Keeps one at once, for an answer that must not be given otherwise. Returns its id. */
  async keepNow(seen: SeenRequest): Promise<string> {
    const id = uuidv7();
    await this.#insert([{ id, row: rowOf(seen) }]);
    return id;
  }

  /** What became of a request that was kept before. */
  async settle(id: string, seen: SeenRequest): Promise<void> {
    const { outcome, detail, events, profileId } = rowOf(seen);
    await this.dataSource.query(
      `UPDATE source_requests SET outcome = $2, detail = $3, events = $4, profile_id = $5 WHERE id = $1`,
      [id, outcome, detail === null ? null : storableText(detail), storableJson(events), profileId],
    );
  }

  /** Requests that were answered before they were processed, by a process that has not come back to them. */
  late(before: Date, most: number): Promise<SourceRequestEntity[]> {
    return this.dataSource
      .getRepository(SourceRequestEntity)
      .createQueryBuilder('request')
      .where(`request.outcome = 'late' AND request.received_at < :before`, { before })
      .orderBy('request.received_at')
      .limit(most)
      .getMany();
  }

  ofSource(source: string, most: number): Promise<SourceRequestEntity[]> {
    return this.dataSource
      .getRepository(SourceRequestEntity)
      .find({ where: { source }, order: { received_at: 'DESC', id: 'DESC' }, take: most });
  }

  findOne(source: string, id: string): Promise<SourceRequestEntity | null> {
    return this.dataSource.getRepository(SourceRequestEntity).findOneBy({ source, id });
  }

  async countNames(names: readonly CountedName[], most: number): Promise<void> {
    if (names.length === 0) return;
    await this.dataSource.query(upsertNames, [
      names.map(({ source }) => source),
      names.map(({ kind }) => kind),
      names.map(({ name }) => storableText(name)),
      names.map(({ count }) => count),
      names.map(({ last }) => last),
      most,
    ]);
  }

  namesOf(source: string): Promise<SourceEventNameEntity[]> {
    return this.dataSource
      .getRepository(SourceEventNameEntity)
      .find({ where: { source }, order: { kind: 'ASC', name: 'ASC' } });
  }

  /** Nobody looks for what a source sent a week ago, and it is about people. */
  async forgetBefore(before: Date): Promise<void> {
    await this.dataSource.query(`DELETE FROM source_requests WHERE received_at < $1`, [before]);
  }

  async #insert(rows: readonly { readonly id: string; readonly row: RequestRow }[]): Promise<void> {
    const column = <T>(read: (row: RequestRow) => T): T[] => rows.map(({ row }) => read(row));
    await this.dataSource.query(insertRequests, [
      rows.map(({ id }) => id),
      column(({ source }) => source),
      column(({ receivedAt }) => receivedAt),
      column(({ outcome }) => outcome),
      column(({ detail }) => (detail === null ? null : storableText(detail))),
      column(({ tookMs }) => tookMs),
      column(({ method }) => method),
      column(({ remoteAddress }) => storableText(remoteAddress)),
      column(({ query }) => storableJson(query)),
      column(({ headers }) => storableJson(headers)),
      column(({ body }) => storableText(body)),
      column(({ cut }) => cut),
      column(({ events }) => storableJson(events)),
      column(({ profileId }) => profileId),
      column(({ status }) => status),
      column(({ answer }) => (answer === null || answer === undefined ? null : storableJson(answer))),
      column(({ leftOut }) => storableJson(leftOut)),
    ]);
  }
}
