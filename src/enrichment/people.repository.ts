import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { textArray } from '../database/binary-array.js';
import type { Identity, IdentityKind } from '../profiles/identity.js';
import { identityKey } from '../profiles/resolve-identities.js';
import { type AboutRecord, emailIdentity, type KnownPeople, phoneIdentity, recordIdentity } from './whose-fact.js';

/** Index: the primary key. */
const knownIdentities = `
  SELECT i.kind, i.namespace, i.value, i.profile_id
  FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (kind, namespace, value)
  JOIN identities i USING (kind, namespace, value)`;

/** For records we have written: any identity of the profile they belong to. Indexes: remote_records_remote_idx, identities_profile_idx. */
const anchors = `
  SELECT r.remote_id AS "remoteId", i.kind, i.namespace, i.value, r.profile_id
  FROM unnest($2::text[]) AS asked (remote_id)
  JOIN remote_records r ON r.destination = $1 AND r.remote_id = asked.remote_id
  CROSS JOIN LATERAL (
    SELECT kind, namespace, value FROM identities WHERE profile_id = r.profile_id ORDER BY created_at, kind, value LIMIT 1
  ) i`;

interface IdentityRow {
  readonly kind: IdentityKind;
  readonly namespace: string;
  readonly value: string;
  readonly profile_id: string;
}

/** Whom we know of the people that destinations tell of. Asked before the pipeline, for a whole page at once. */
@Injectable()
export class People {
  constructor(private readonly dataSource: DataSource) {}

  async known(
    destination: string,
    records: readonly AboutRecord[],
    others: readonly { readonly email: string | null; readonly phone: string | null }[],
  ): Promise<KnownPeople> {
    const asked = [
      ...records.map(({ object, remoteId }) => recordIdentity(destination, object, remoteId)),
      ...[...records, ...others].flatMap(({ email, phone }) => [
        ...(email === null ? [] : [emailIdentity(email)]),
        ...(phone === null ? [] : [phoneIdentity(phone)]),
      ]),
    ];
    const known = await this.#known(asked);
    const unknown = records.filter(
      ({ object, remoteId }) => !known.has(identityKey(recordIdentity(destination, object, remoteId))),
    );
    const anchors = await this.#anchors(destination, unknown);
    const owners = new Map([
      ...known,
      ...[...anchors.values()].map((row) => [identityKey(row), row.profile_id] as const),
    ]);
    return {
      isKnown: (identity) => known.has(identityKey(identity)),
      anchorOf: (remoteId) => anchors.get(remoteId),
      ownerOf: (identity) => owners.get(identityKey(identity)),
    };
  }

  async #known(asked: readonly Identity[]): Promise<Map<string, string>> {
    if (asked.length === 0) return new Map();
    const rows = await this.dataSource.query<IdentityRow[]>(knownIdentities, [
      textArray(asked.map(({ kind }) => kind)),
      textArray(asked.map(({ namespace }) => namespace)),
      textArray(asked.map(({ value }) => value)),
    ]);
    return new Map(rows.map((row) => [identityKey(row), row.profile_id]));
  }

  async #anchors(destination: string, records: readonly AboutRecord[]): Promise<Map<string, IdentityRow>> {
    if (records.length === 0) return new Map();
    const rows = await this.dataSource.query<(IdentityRow & { remoteId: string })[]>(anchors, [
      destination,
      textArray(records.map(({ remoteId }) => remoteId)),
    ]);
    return new Map(rows.map(({ remoteId, ...row }) => [remoteId, row]));
  }
}
