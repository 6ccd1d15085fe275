import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import { Problem } from '../observability/problem.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { scoreSchema } from './score.js';
import { ScoreEntity } from './score.entity.js';
import { untilKnownMs } from '../segments/segment-backfills.repository.js';
import { attributesOf, type ScoreAttribute, type ScoreInput } from './score-input.js';

type Origin = 'file' | 'api';

/** A profile whose score fades or ends at this moment. */
export interface DueScore {
  readonly profileId: string;
  readonly dueAt: Date;
}

/** Keeps scores; a new or changed one is counted for everybody, in the background. */
@Injectable()
export class Scores {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalog: AttributeCatalog,
    @Inject(NOW) private readonly now: Now,
  ) {}

  all(): Promise<ScoreEntity[]> {
    return this.dataSource.getRepository(ScoreEntity).find({ order: { key: 'ASC' } });
  }

  find(key: string): Promise<ScoreEntity | null> {
    return this.dataSource.getRepository(ScoreEntity).findOneBy({ key });
  }

  /** The names of each score's levels, as a transaction sees them. */
  async levelsIn(manager: EntityManager): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await manager.getRepository(ScoreEntity).find();
    return new Map(
      rows.map(({ key, definition }) => {
        const read = scoreSchema.safeParse(definition);
        return [key, read.success ? read.data.levels.map(({ name }) => name) : []];
      }),
    );
  }

  /** @throws Problem 409 it comes from a file; 422 an attribute of its name holds something else already */
  async save(manager: EntityManager, input: ScoreInput, origin: Origin): Promise<void> {
    const { key, ...said } = input;
    const repository = manager.getRepository(ScoreEntity);
    // One change at a time: two together would give two definitions the same version.
    await manager.query('SELECT FROM configuration FOR UPDATE');
    const before = await repository.findOneBy({ key });
    guard(key, before, origin);
    await this.#declare(manager, attributesOf(input));
    const rows = await manager.query<{ same: boolean }[]>(
      'SELECT definition = $2::jsonb AS same FROM scores WHERE key = $1 AND enabled = $3',
      [key, JSON.stringify(said.definition), said.enabled],
    );
    const now = this.now();
    const version = (before?.version ?? 0) + (rows[0]?.same === true ? 0 : 1);
    await repository.upsert(
      { key, ...said, version, provisioned: origin === 'file', created_at: before?.created_at ?? now, updated_at: now },
      ['key'],
    );
  }

  /** The attributes keep what they hold. @throws Problem 404, 409 */
  async delete(manager: EntityManager, key: string): Promise<void> {
    const repository = manager.getRepository(ScoreEntity);
    const score = await repository.findOneBy({ key });
    if (score === null) throw new Problem(404, 'Unknown score', `There is no score "${key}".`);
    guard(key, score, 'api');
    await repository.delete({ key });
    for (const table of ['score_states', 'rfm_runs', 'rfm_changes'])
      await manager.query(`DELETE FROM ${table} WHERE score = $1`, [key]);
  }

  async #declare(manager: EntityManager, attributes: readonly ScoreAttribute[]): Promise<void> {
    await this.catalog.learnMissing(attributes.map(({ key }) => key));
    for (const { key, type } of attributes) {
      const known = this.catalog.typeOf(key);
      if (known === undefined || known === type) continue;
      const detail = `The attribute "${key}" holds a ${known} already, and the score needs it for a ${type}. Give the score another key.`;
      throw new Problem(422, 'The attribute is taken', detail);
    }
    await this.catalog.declare(manager, attributes);
  }

  async releaseOthers(manager: EntityManager, keys: readonly string[]): Promise<void> {
    await manager.query(
      `UPDATE scores SET enabled = false, provisioned = false WHERE provisioned AND NOT (key = ANY ($1::text[]))`,
      [keys],
    );
  }

  /** Oldest first. Index: score_states_due_idx. */
  due(now: Date, limit: number): Promise<DueScore[]> {
    return this.dataSource.query<DueScore[]>(
      `SELECT profile_id AS "profileId", due_at AS "dueAt" FROM score_states WHERE due_at <= $1 AND version > 0 ORDER BY due_at LIMIT $2`,
      [now, limit],
    );
  }

  /** Profiles that have to be counted anew. Index: score_states_marked_idx. */
  async toBeRecounted(limit: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ profileId: string }[]>(
      `SELECT DISTINCT profile_id AS "profileId" FROM (SELECT profile_id FROM score_states WHERE version = 0 ORDER BY profile_id LIMIT $1) AS marked`,
      [limit],
    );
    return rows.map(({ profileId }) => profileId);
  }

  /** How many people wait to be counted anew, by score. Index: score_states_marked_idx. */
  async waiting(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.dataSource.query<{ score: string; count: number }[]>(
      'SELECT score, count(*)::int AS count FROM score_states WHERE version = 0 GROUP BY score',
    );
    return new Map(rows.map(({ score, count }) => [score, count]));
  }

  /** Of scores that are deleted or switched off, and of profiles that are gone. Returns how many states there were. */
  async forgetUseless(profileIds: readonly string[]): Promise<number> {
    const [, count] = await this.dataSource.query<[object[], number]>(
      `DELETE FROM score_states s WHERE profile_id = ANY ($1::uuid[])
         AND (NOT EXISTS (SELECT FROM scores WHERE key = s.score AND enabled)
           OR NOT EXISTS (SELECT FROM profiles p WHERE p.id = s.profile_id AND p.merged_into IS NULL))`,
      [profileIds],
    );
    return count;
  }

  /** What cannot be done now must not stand in front of what can. One that is to be counted anew is, with the person's next event. */
  async postpone(profileIds: readonly string[], until: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE score_states SET due_at = $2, version = CASE WHEN version = 0 THEN -1 ELSE version END
       WHERE profile_id = ANY ($1::uuid[]) AND (due_at < $2 OR version = 0)`,
      [profileIds, until],
    );
  }

  async nextDue(): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>(
      'SELECT min(due_at) AS at FROM score_states WHERE due_at IS NOT NULL AND version > 0',
    );
    return rows[0]?.at ?? null;
  }

  /** Scores of points that not everybody has been marked for yet, though every process counts by the new definition. */
  async outdated(now: Date): Promise<Pick<ScoreEntity, 'key' | 'version'>[]> {
    return this.dataSource.query(
      `SELECT key, version FROM scores WHERE enabled AND marked_version < version AND NOT definition ? 'rfm' AND updated_at <= $1`,
      [new Date(now.getTime() - untilKnownMs)],
    );
  }

  /** Marks a page of profiles to be counted anew; returns where it ended, null at the end. */
  async markPage(score: string, after: string, limit: number): Promise<string | null> {
    const rows = await this.dataSource.query<{ last: string | null }[]>(
      `WITH page AS (SELECT id FROM profiles WHERE id > $2 AND merged_into IS NULL ORDER BY id LIMIT $3),
         marked AS (INSERT INTO score_states (profile_id, score, version, state) SELECT id, $1, 0, '{}' FROM page ORDER BY id
           ON CONFLICT (profile_id, score) DO UPDATE SET due_at = NULL, version = 0)
       SELECT max(id::text) AS last FROM page`,
      [score, after, limit],
    );
    return rows[0]?.last ?? null;
  }

  async marked(score: string, version: number): Promise<void> {
    await this.dataSource.query('UPDATE scores SET marked_version = $2 WHERE key = $1', [score, version]);
  }
}

/** A file may take over what was made by hand, never the other way round. */
function guard(key: string, existing: { readonly provisioned: boolean } | null, origin: Origin): void {
  if (existing?.provisioned !== true || origin === 'file') return;
  const detail = `The score "${key}" is set in a configuration file and can be changed only there.`;
  throw new Problem(409, 'Comes from a configuration file', detail);
}
