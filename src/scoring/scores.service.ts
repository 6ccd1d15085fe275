import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import { Problem } from '../observability/problem.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { scoreSchema } from './score.js';
import { ScoreEntity } from './score.entity.js';
import { levelKey, type ScoreInput } from './score-input.js';

type Origin = 'file' | 'api';

/** A profile whose score fades, ends or has to be counted anew at this moment. */
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

  /** @throws Problem 409 it comes from a file */
  async save(manager: EntityManager, { key, ...said }: ScoreInput, origin: Origin): Promise<void> {
    const repository = manager.getRepository(ScoreEntity);
    const before = await repository.findOneBy({ key });
    guard(key, before, origin);
    await this.catalog.declare(manager, [
      { key, type: 'number', label: said.title },
      { key: levelKey(key), type: 'string', label: `${said.title}, level` },
    ]);
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
    await manager.query('DELETE FROM score_states WHERE score = $1', [key]);
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
      `SELECT profile_id AS "profileId", due_at AS "dueAt" FROM score_states WHERE due_at <= $1 ORDER BY due_at LIMIT $2`,
      [now, limit],
    );
  }

  async nextDue(): Promise<Date | null> {
    const rows = await this.dataSource.query<{ at: Date | null }[]>(
      'SELECT min(due_at) AS at FROM score_states WHERE due_at IS NOT NULL',
    );
    return rows[0]?.at ?? null;
  }

  /** Scores that not everybody has been marked for yet. */
  async outdated(): Promise<Pick<ScoreEntity, 'key' | 'version'>[]> {
    return this.dataSource.query('SELECT key, version FROM scores WHERE enabled AND marked_version < version');
  }

  /** Marks a page of profiles to be counted anew; returns where it ended, null at the end. */
  async markPage(score: string, after: string, limit: number, now: Date): Promise<string | null> {
    const rows = await this.dataSource.query<{ last: string | null }[]>(
      `WITH page AS (SELECT id FROM profiles WHERE id > $2 AND merged_into IS NULL ORDER BY id LIMIT $3),
         marked AS (INSERT INTO score_states (profile_id, score, version, state, due_at) SELECT id, $1, 0, '{}', $4 FROM page
           ON CONFLICT (profile_id, score) DO UPDATE SET due_at = LEAST(score_states.due_at, excluded.due_at), version = 0)
       SELECT max(id::text) AS last FROM page`,
      [score, after, limit, now],
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
