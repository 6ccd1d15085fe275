import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import { Problem } from '../observability/problem.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { checkRule } from './check-rule.js';
import { conditionsOf, type Rule, ruleSchema } from './rule.js';
import { SegmentBackfills } from './segment-backfills.repository.js';
import { SegmentEntity } from './segment.entity.js';
import type { SegmentInput } from './segment-input.js';

/** Where a change comes from: what a configuration file says can be changed only there. */
type Origin = 'file' | 'api';

/** Keeps segments, and sees to it that a changed rule is brought to everybody. */
@Injectable()
export class Segments {
  constructor(
    private readonly dataSource: DataSource,
    private readonly backfills: SegmentBackfills,
    private readonly catalog: AttributeCatalog,
    @Inject(NOW) private readonly now: Now,
  ) {}

  all(): Promise<SegmentEntity[]> {
    return this.dataSource.getRepository(SegmentEntity).find({ order: { key: 'ASC' } });
  }

  find(key: string): Promise<SegmentEntity | null> {
    return this.dataSource.getRepository(SegmentEntity).findOneBy({ key });
  }

  /** Several at once, since they may ask for each other. @throws Problem 409 from a file, 422 they ask for each other in a circle */
  async save(manager: EntityManager, inputs: readonly SegmentInput[], origin: Origin): Promise<void> {
    const repository = manager.getRepository(SegmentEntity);
    const present = new Map((await repository.find()).map((segment) => [segment.key, segment]));
    await this.#refuseWrong(present, inputs);
    const now = this.now();
    for (const { key, rule, ...said } of inputs) {
      const before = present.get(key);
      guard(key, before, origin);
      const same = before?.enabled === said.enabled && (await this.#same(manager, key, rule));
      const version = (before?.version ?? 0) + (same ? 0 : 1);
      await repository.upsert(
        {
          key,
          ...said,
          rule: { ...rule },
          version,
          provisioned: origin === 'file',
          created_at: before?.created_at ?? now,
          updated_at: now,
        },
        ['key'],
      );
      if (!same) await this.backfills.plan(manager, key, version, now);
    }
  }

  /** Everybody leaves it. @throws Problem 404, 409 */
  async delete(manager: EntityManager, key: string): Promise<void> {
    const repository = manager.getRepository(SegmentEntity);
    const segment = await repository.findOneBy({ key });
    if (segment === null) throw new Problem(404, 'Unknown segment', `There is no segment "${key}".`);
    guard(key, segment, 'api');
    await repository.delete({ key });
    await this.backfills.plan(manager, key, segment.version + 1, this.now());
  }

  /** What files no longer name is switched off, kept, and can be edited from then on. */
  async releaseOthers(manager: EntityManager, keys: readonly string[]): Promise<void> {
    const [released] = await manager.query<[{ key: string; version: number }[], number]>(
      `UPDATE segments SET enabled = false, provisioned = false WHERE provisioned AND NOT (key = ANY ($1::text[])) RETURNING key, version`,
      [keys],
    );
    for (const { key, version } of released) await this.backfills.plan(manager, key, version, this.now());
  }

  /** @throws Problem 422 with every problem, each with the segment and the place in its rule */
  async #refuseWrong(present: ReadonlyMap<string, SegmentEntity>, inputs: readonly SegmentInput[]): Promise<void> {
    const rules = new Map<string, Rule>();
    for (const [key, { rule }] of present) {
      const read = ruleSchema.safeParse(rule);
      if (read.success) rules.set(key, read.data);
    }
    for (const { key, rule } of inputs) rules.set(key, rule);
    const asked = inputs.flatMap(({ rule }) => conditionsOf(rule));
    await this.catalog.learnMissing(
      asked.flatMap((condition) => ('attribute' in condition ? condition.attribute : [])),
    );
    const attributeType = (key: string) => this.catalog.typeOf(key);
    const problems = inputs.flatMap(({ key, rule }) =>
      checkRule(rule, { attributeType, segment: key, rules }).map(
        ({ path, message }) => `${key}, rule.${path}: ${message}`,
      ),
    );
    if (problems.length > 0) throw new Problem(422, 'The rule cannot be used', problems.join('\n'));
  }

  /** Compared by PostgreSQL: jsonb knows neither order of keys nor spaces. */
  async #same(manager: EntityManager, key: string, rule: Rule): Promise<boolean> {
    const rows = await manager.query<{ same: boolean }[]>(
      `SELECT rule = $2::jsonb AS same FROM segments WHERE key = $1`,
      [key, JSON.stringify(rule)],
    );
    return rows[0]?.same === true;
  }
}

/** A file may take over what was made by hand, never the other way round. */
function guard(key: string, existing: { readonly provisioned: boolean } | undefined, origin: Origin): void {
  if (existing?.provisioned !== true || origin === 'file') return;
  const detail = `The segment "${key}" is set in a configuration file and can be changed only there.`;
  throw new Problem(409, 'Comes from a configuration file', detail);
}
