import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Consents } from '../consent/consent.js';
import type { FieldValues, Json } from '../destinations/destination.js';

/** What a destination is known to hold of a profile. */
export interface RemoteRecord {
  readonly profileId: string;
  readonly key: string;
  readonly remoteId: string;
  readonly fields: FieldValues;
  readonly tags: readonly string[];
  readonly lists: readonly string[];
  /** Names of fields whose value was sent and refused; of tags and lists with the prefix `tag:` or `list:`. */
  readonly dropped: readonly string[];
  readonly consents: Consents;
  readonly memo: Json;
}

export interface RemoteRecordUpdate extends RemoteRecord {
  readonly version: number;
}

/** The ledger of what we last wrote, per destination and profile. */
@Injectable()
export class RemoteRecords {
  constructor(private readonly dataSource: DataSource) {}

  async find(destination: string, profileIds: readonly string[]): Promise<Map<string, RemoteRecord>> {
    const rows = await this.dataSource.query<RemoteRecord[]>(
      `SELECT profile_id AS "profileId", key, remote_id AS "remoteId", fields, tags, lists, dropped, consents, memo
       FROM remote_records WHERE destination = $1 AND profile_id = ANY ($2::uuid[])`,
      [destination, profileIds],
    );
    return new Map(rows.map((row) => [row.profileId, row]));
  }

  /** Of some profiles, what every destination holds. */
  everywhere(profileIds: readonly string[]): Promise<(RemoteRecord & { readonly destination: string })[]> {
    return this.dataSource.query(
      `SELECT destination, profile_id AS "profileId", key, remote_id AS "remoteId", fields, tags, lists, dropped, consents, memo
       FROM remote_records WHERE profile_id = ANY ($1::uuid[]) ORDER BY destination, profile_id`,
      [profileIds],
    );
  }

  /**
   * Remembers what was written. A profile that was merged away during the call leaves it to the survivor, unless that one has its own:
   * the record at the destination is the same person's.
   */
  async save(
    manager: EntityManager,
    where: {
      readonly destination: string;
      readonly object: string;
      readonly mappingVersion: number;
      readonly deliveryId: string;
      readonly at: Date;
    },
    records: readonly RemoteRecordUpdate[],
  ): Promise<void> {
    if (records.length === 0) return;
    await manager.query(
      `INSERT INTO remote_records (destination, profile_id, key, remote_id, fields, tags, lists, dropped, consents, memo, delivered_version, mapping_version, delivery_id, delivered_at)
       SELECT DISTINCT ON (COALESCE(p.merged_into, t.profile_id))
         $1, COALESCE(p.merged_into, t.profile_id), key, remote_id, fields, t.tags, t.lists, t.dropped, t.consents, memo, t.version, $2::int, $3::uuid, $4::timestamptz
       FROM unnest($5::uuid[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[], $10::jsonb[], $11::jsonb[], $12::jsonb[], $13::jsonb[], $14::int[])
         AS t (profile_id, key, remote_id, fields, tags, lists, dropped, consents, memo, version)
       JOIN profiles p ON p.id = t.profile_id
       WHERE NOT EXISTS (SELECT FROM remote_records r WHERE r.destination = $1 AND r.profile_id = p.merged_into)
       ORDER BY COALESCE(p.merged_into, t.profile_id), p.merged_into NULLS FIRST
       ON CONFLICT (destination, profile_id) DO UPDATE SET
         key = excluded.key, remote_id = excluded.remote_id, fields = excluded.fields, tags = excluded.tags, lists = excluded.lists, dropped = excluded.dropped, consents = excluded.consents,
         memo = excluded.memo, delivered_version = excluded.delivered_version, mapping_version = excluded.mapping_version,
         delivery_id = excluded.delivery_id, delivered_at = excluded.delivered_at
       WHERE remote_records.delivered_version <= excluded.delivered_version`,
      [
        where.destination,
        where.mappingVersion,
        where.deliveryId,
        where.at,
        records.map((record) => record.profileId),
        records.map((record) => record.key),
        records.map((record) => record.remoteId),
        records.map((record) => JSON.stringify(record.fields)),
        records.map((record) => JSON.stringify(record.tags)),
        records.map((record) => JSON.stringify(record.lists)),
        records.map((record) => JSON.stringify(record.dropped)),
        records.map((record) => JSON.stringify(record.consents)),
        records.map((record) => JSON.stringify(record.memo)),
        records.map((record) => record.version),
      ],
    );
    await this.#eraseStrangers(manager, where, records);
  }

  /** Somebody who was erased here while the call was on its way has to be forgotten there as well. */
  async #eraseStrangers(
    manager: EntityManager,
    { destination, object, at }: { readonly destination: string; readonly object: string; readonly at: Date },
    records: readonly RemoteRecordUpdate[],
  ): Promise<void> {
    await manager.query(
      `INSERT INTO erasures (id, profile_id, destination, object, record, due_at, requested_by, requested_at)
       SELECT gen_random_uuid(), t.id, $1, $2,
         jsonb_build_object('profileId', t.id, 'key', t.key, 'remoteId', t.remote_id, 'memo', t.memo, 'emails', '[]'::jsonb), $3::timestamptz, 'delivered during erasure', $3::timestamptz
       FROM unnest($4::uuid[], $5::text[], $6::text[], $7::jsonb[]) AS t (id, key, remote_id, memo)
       WHERE NOT EXISTS (SELECT FROM profiles p WHERE p.id = t.id)`,
      [
        destination,
        object,
        at,
        records.map(({ profileId }) => profileId),
        records.map(({ key }) => key),
        records.map(({ remoteId }) => remoteId),
        records.map(({ memo }) => JSON.stringify(memo)),
      ],
    );
  }

  /** Forgets that values were refused, so that a comparison finds them missing: somebody may have mended the account. */
  async retryDropped(destination: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE remote_records SET
         fields = fields - ARRAY(SELECT jsonb_array_elements_text(dropped)),
         tags = tags - ARRAY(SELECT substr(name, 5) FROM jsonb_array_elements_text(dropped) name WHERE name LIKE 'tag:%'),
         lists = lists - ARRAY(SELECT substr(name, 6) FROM jsonb_array_elements_text(dropped) name WHERE name LIKE 'list:%'),
         dropped = '[]'
       WHERE destination = $1 AND dropped <> '[]'`,
      [destination],
    );
  }
}
