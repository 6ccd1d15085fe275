import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Identity } from './identity.js';
import { IdentityEntity } from './identity.entity.js';
import { ProfileEntity } from './profile.entity.js';
import type { Profile } from './profile.js';
import { profileOf, type ProfileRow } from './profile-row.js';

/** The questions others ask about profiles. Only the pipeline writes them. */
/** By what somebody may be known at a destination, beside what we wrote there. */
export interface ContactsAt {
  readonly emails: readonly string[];
  /** The destination has told of a record of theirs. */
  readonly isThere: boolean;
}

@Injectable()
export class Profiles {
  constructor(private readonly dataSource: DataSource) {}

  /** By id; a profile that was merged into another one is not among them. */
  async findMany(ids: readonly string[]): Promise<Map<string, Profile>> {
    const rows = await this.dataSource.query<ProfileRow[]>(
      `SELECT id, version, attributes, attribute_provenance, tags, tag_provenance, consents, segments, merged_into, created_at, last_event_at
       FROM profiles WHERE id = ANY ($1::uuid[]) AND merged_into IS NULL`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, profileOf(row)]));
  }

  /**
   * Those that nobody else works on now, locked until the transaction ends: neither the pipeline nor anybody who locks them likewise changes
   * anything about them meanwhile.
   */
  async lockIdle(manager: EntityManager, ids: readonly string[]): Promise<Map<string, Profile>> {
    const rows = await manager.query<ProfileRow[]>(
      `SELECT id, version, attributes, attribute_provenance, tags, tag_provenance, consents, segments, merged_into, created_at, last_event_at
       FROM profiles WHERE id = ANY ($1::uuid[]) AND merged_into IS NULL ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, profileOf(row)]));
  }

  /** In order of their ids, for whoever looks at everybody. */
  async after(cursor: string, limit: number): Promise<Profile[]> {
    const rows = await this.dataSource.query<ProfileRow[]>(
      `SELECT id, version, attributes, attribute_provenance, tags, tag_provenance, consents, segments, merged_into, created_at, last_event_at
       FROM profiles WHERE id > $1 AND merged_into IS NULL ORDER BY id LIMIT $2`,
      [cursor, limit],
    );
    return rows.map(profileOf);
  }

  /** One profile, following a merge to the survivor. */
  async findOne(id: string): Promise<ProfileEntity | null> {
    const row = await this.dataSource.getRepository(ProfileEntity).findOneBy({ id });
    return row?.merged_into == null ? row : this.findOne(row.merged_into);
  }

  /** Whose identifier is this? An empty namespace matches any. */
  async idsByIdentity({ kind, namespace, value }: Identity): Promise<string[]> {
    const rows = await this.dataSource.getRepository(IdentityEntity).find({
      where: { kind, value, ...(namespace !== '' && { namespace }) },
      order: { profile_id: 'ASC' },
      take: 20,
    });
    return [...new Set(rows.map((row) => row.profile_id))];
  }

  /** Each profile's ids at chat platforms, by namespace; of several in one namespace the oldest. */
  async subscriberIds(profileIds: readonly string[]): Promise<Map<string, Map<string, string>>> {
    const rows = await this.dataSource.query<{ profile_id: string; namespace: string; value: string }[]>(
      `SELECT profile_id, namespace, value FROM identities WHERE profile_id = ANY ($1::uuid[]) AND kind = 'subscriber'
       ORDER BY profile_id, created_at DESC, value DESC`,
      [profileIds],
    );
    const found = new Map<string, Map<string, string>>();
    for (const { profile_id: id, namespace, value } of rows)
      found.set(id, (found.get(id) ?? new Map<string, string>()).set(namespace, value));
    return found;
  }

  /** Each profile's e-mail addresses, and its records at a destination as its history has told them (`<destination>/<object>`). */
  async contactsAt(profileIds: readonly string[], namespace: string): Promise<Map<string, ContactsAt>> {
    const rows = await this.dataSource.query<{ profile_id: string; kind: string; value: string }[]>(
      `SELECT profile_id, kind, value FROM identities
       WHERE profile_id = ANY ($1::uuid[]) AND (kind = 'email' OR (kind = 'record' AND namespace = $2)) ORDER BY value`,
      [profileIds, namespace],
    );
    return new Map(
      [...Map.groupBy(rows, (row) => row.profile_id)].map(([id, own]) => [
        id,
        {
          emails: own.flatMap(({ kind, value }) => (kind === 'email' ? [value] : [])),
          isThere: own.some(({ kind }) => kind === 'record'),
        },
      ]),
    );
  }

  identities(profileId: string): Promise<IdentityEntity[]> {
    return this.dataSource
      .getRepository(IdentityEntity)
      .find({ where: { profile_id: profileId }, order: { kind: 'ASC', namespace: 'ASC', value: 'ASC' } });
  }

  /** Newest first by id; `after` is the last id of the page before. */
  page(limit: number, after: string | null): Promise<ProfileEntity[]> {
    const query = this.dataSource.getRepository(ProfileEntity).createQueryBuilder('p').where('p.merged_into IS NULL');
    if (after !== null) query.andWhere('p.id < :after', { after });
    return query.orderBy('p.id', 'DESC').limit(limit).getMany();
  }

  /** The tags of the latest few thousand people. Their ids grow with time. */
  async tagsLately(): Promise<string[]> {
    const rows = await this.dataSource.query<{ tag: string }[]>(
      `SELECT DISTINCT tag FROM (SELECT tags FROM profiles ORDER BY id DESC LIMIT 10000) AS latest, jsonb_array_elements_text(tags) AS tag ORDER BY tag`,
    );
    return rows.map(({ tag }) => tag);
  }
}
