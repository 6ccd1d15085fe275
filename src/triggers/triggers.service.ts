import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { type Now, NOW } from '../database/environment.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { Problem } from '../observability/problem.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { Scores } from '../scoring/scores.service.js';
import { Segments } from '../segments/segments.service.js';
import { checkTrigger, type TriggerWorld } from './definition/check-trigger.js';
import { type Trigger, triggerSchema } from './definition/trigger.js';
import type { TriggerInput } from './definition/trigger-input.js';
import { compileSteps } from './journey/program.js';
import { TriggerDirectory } from './trigger-directory.service.js';
import { TriggerEntity } from './trigger.entity.js';
import { TriggerRounds } from './trigger-rounds.repository.js';
import { TriggerVersionEntity } from './trigger-version.entity.js';

type Origin = 'file' | 'api';

/** A trigger with what it does now. */
export type StoredTrigger = TriggerEntity & { readonly definition: unknown };

const moveRuns = `UPDATE trigger_runs SET version = $2, due_at = $4
  WHERE trigger = $1 AND finished_at IS NULL AND version < $2 AND step = ANY ($3::text[])`;
const cancelRuns = `UPDATE trigger_runs SET status = 'cancelled', code = $2, reason = $3, due_at = NULL, finished_at = $4
  WHERE trigger = $1 AND finished_at IS NULL`;

/** Keeps triggers and their versions. */
@Injectable()
export class Triggers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: TriggerDirectory,
    private readonly segments: Segments,
    private readonly scores: Scores,
    private readonly attributes: AttributeCatalog,
    private readonly mappings: MappingDirectory,
    private readonly rounds: TriggerRounds,
    @Inject(NOW) private readonly now: Now,
  ) {}

  async all(): Promise<StoredTrigger[]> {
    return this.dataSource.query<StoredTrigger[]>(
      `SELECT t.*, v.definition FROM triggers t JOIN trigger_versions v ON v.trigger = t.key AND v.version = t.version ORDER BY t.key`,
    );
  }

  async find(key: string): Promise<StoredTrigger | null> {
    const rows = await this.dataSource.query<StoredTrigger[]>(
      `SELECT t.*, v.definition FROM triggers t JOIN trigger_versions v ON v.trigger = t.key AND v.version = t.version WHERE t.key = $1`,
      [key],
    );
    return rows[0] ?? null;
  }

  /** Newest first. */
  versions(key: string): Promise<TriggerVersionEntity[]> {
    return this.dataSource
      .getRepository(TriggerVersionEntity)
      .find({ where: { trigger: key }, order: { version: 'DESC' } });
  }

  /** @param manager sees segments, scores and destinations that are saved with it @throws Problem 409 from a file, 422 it does not fit the rest */
  async save(
    manager: EntityManager,
    { key, definition, insideRuns, ...said }: TriggerInput,
    origin: Origin,
  ): Promise<void> {
    const repository = manager.getRepository(TriggerEntity);
    const before = await repository.findOneBy({ key });
    guard(key, before, origin);
    const now = this.now();
    const isSame = before !== null && (await this.#same(manager, before, definition));
    const version = (before?.version ?? 0) + (isSame ? 0 : 1);
    await repository.upsert(
      { key, ...said, version, provisioned: origin === 'file', created_at: before?.created_at ?? now, updated_at: now },
      ['key'],
    );
    if (!isSame) {
      await manager.insert(TriggerVersionEntity, {
        trigger: key,
        version,
        definition: JSON.parse(JSON.stringify(definition)) as object,
        created_at: now,
      });
      if (insideRuns === 'move') await manager.query(moveRuns, [key, version, stepsOf(definition), now]);
    }
    if (before?.enabled !== said.enabled)
      await manager.query(`UPDATE trigger_runs SET paused = $2 WHERE trigger = $1 AND finished_at IS NULL`, [
        key,
        !said.enabled,
      ]);
    if (!isSame || before.enabled !== said.enabled)
      await this.rounds.plan(
        manager,
        { key, version, definition, enabled: said.enabled },
        this.directory.timeZone,
        now,
      );
  }

  /** @throws Problem 422 with every problem of every trigger */
  async refuseWrong(manager: EntityManager, inputs: readonly TriggerInput[]): Promise<void> {
    const world = await this.#world(manager);
    const problems = inputs.flatMap(({ key, definition }) =>
      checkTrigger(definition, world).map((problem) => `${key}, ${problem}`),
    );
    if (problems.length > 0) throw new Problem(422, 'The trigger cannot be used', problems.join('\n'));
  }

  /** What a definition gets wrong about the rest of the world. */
  async problems(definition: Trigger): Promise<string[]> {
    return checkTrigger(definition, await this.#world(this.dataSource.manager));
  }

  /** Whoever is inside is taken out. @throws Problem 404, 409 */
  async delete(manager: EntityManager, key: string): Promise<void> {
    const repository = manager.getRepository(TriggerEntity);
    const trigger = await repository.findOneBy({ key });
    if (trigger === null) throw new Problem(404, 'Unknown trigger', `There is no trigger "${key}".`);
    guard(key, trigger, 'api');
    await manager.query(cancelRuns, [key, 'TRIGGER_DELETED', 'the trigger was deleted', this.now()]);
    await this.rounds.forget(manager, key);
    await repository.delete({ key });
    await manager.delete(TriggerVersionEntity, { trigger: key });
  }

  /** What files no longer name is switched off, kept, and can be edited from then on. */
  async releaseOthers(manager: EntityManager, keys: readonly string[]): Promise<void> {
    const [released] = await manager.query<[{ key: string }[], number]>(
      `UPDATE triggers SET enabled = false, provisioned = false WHERE provisioned AND NOT (key = ANY ($1::text[])) RETURNING key`,
      [keys],
    );
    const gone = released.map(({ key }) => key);
    await manager.query(
      `UPDATE trigger_runs SET paused = true WHERE trigger = ANY ($1::text[]) AND finished_at IS NULL`,
      [gone],
    );
    for (const key of gone) await this.rounds.forget(manager, key);
  }

  async #world(manager: EntityManager): Promise<TriggerWorld> {
    await this.attributes.onModuleInit();
    return {
      segments: await this.segments.rulesIn(manager),
      scores: await this.scores.levelsIn(manager),
      catalog: await this.mappings.providersIn(manager),
      attributeType: (attribute) => this.attributes.typeOf(attribute),
    };
  }

  /** Compared by PostgreSQL: jsonb knows neither order of keys nor spaces. */
  async #same(manager: EntityManager, { key, version }: TriggerEntity, definition: Trigger): Promise<boolean> {
    const rows = await manager.query<{ same: boolean }[]>(
      `SELECT definition = $3::jsonb AS same FROM trigger_versions WHERE trigger = $1 AND version = $2`,
      [key, version, JSON.stringify(definition)],
    );
    return rows[0]?.same === true;
  }
}

const stepsOf = (definition: Trigger): string[] => [...compileSteps(definition.steps).steps.keys()];

/** What is stored, as a trigger; null: this version of Parley cannot read it. */
export function readTrigger(definition: unknown): Trigger | null {
  const read: z.ZodSafeParseResult<Trigger> = triggerSchema.safeParse(definition);
  return read.success ? read.data : null;
}

/** A file may take over what was made by hand, never the other way round. */
function guard(key: string, existing: { readonly provisioned: boolean } | null, origin: Origin): void {
  if (existing?.provisioned !== true || origin === 'file') return;
  const detail = `The trigger "${key}" is set in a configuration file and can be changed only there.`;
  throw new Problem(409, 'Comes from a configuration file', detail);
}
