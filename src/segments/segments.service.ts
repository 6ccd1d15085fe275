import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Now, NOW } from '../database/environment.js';
import { Problem } from '../observability/problem.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { BackfillWaker } from './backfill-waker.service.js';
import { checkRule, type RuleProblem } from './check-rule.js';
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
    private readonly waker: BackfillWaker,
    private readonly catalog: AttributeCatalog,
    @Inject(NOW) private readonly now: Now,
  ) {}

  all(): Promise<SegmentEntity[]> {
    return this.dataSource.getRepository(SegmentEntity).find({ order: { key: 'ASC' } });
  }

  find(key: string): Promise<SegmentEntity | null> {
    return this.dataSource.getRepository(SegmentEntity).findOneBy({ key });
  }

  /** The rules of all segments, by key, as a transaction sees them; one that this version cannot read is left out. */
  async rulesIn(manager: EntityManager): Promise<ReadonlyMap<string, Rule>> {
    return rulesOf(await manager.getRepository(SegmentEntity).find());
  }

  /** Several at once, since they may ask for each other. @throws Problem 409 from a file, 422 they ask for each other in a circle */
  async save(manager: EntityManager, inputs: readonly SegmentInput[], origin: Origin): Promise<void> {
    const repository = manager.getRepository(SegmentEntity);
    // One change at a time: two together could make a circle, or give two rules the same version.
    await manager.query('SELECT FROM configuration FOR UPDATE');
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
      if (!same) await this.#plan(manager, key, version);
    }
  }

  /** Everybody leaves it. @throws Problem 404; 409 it comes from a file, or another segment asks for it */
  async delete(manager: EntityManager, key: string): Promise<void> {
    const repository = manager.getRepository(SegmentEntity);
    await manager.query('SELECT FROM configuration FOR UPDATE');
    const all = await repository.find({ order: { key: 'ASC' } });
    const segment = all.find((each) => each.key === key);
    if (segment === undefined) throw new Problem(404, 'Unknown segment', `There is no segment "${key}".`);
    guard(key, segment, 'api');
    const asking = all.filter((each) => each.key !== key && asksFor(each.rule, key)).map((each) => `"${each.key}"`);
    if (asking.length > 0)
      throw new Problem(409, 'Still asked for', `The rules of ${asking.join(', ')} ask for the segment "${key}".`);
    await repository.delete({ key });
    await this.#plan(manager, key, segment.version + 1);
  }

  /** What files no longer name is switched off, kept, and can be edited from then on. */
  async releaseOthers(manager: EntityManager, keys: readonly string[]): Promise<void> {
    const [released] = await manager.query<[{ key: string; version: number }[], number]>(
      `UPDATE segments SET enabled = false, provisioned = false, version = version + 1
       WHERE provisioned AND NOT (key = ANY ($1::text[])) RETURNING key, version`,
      [keys],
    );
    for (const { key, version } of released) await this.#plan(manager, key, version);
  }

  async #plan(manager: EntityManager, key: string, version: number): Promise<void> {
    const now = this.now();
    await this.backfills.plan(manager, key, version, now);
    this.waker.wakeSoon(now);
  }

  /** What a rule gets wrong about attributes and other segments, each with its place; none: it can be saved. */
  async problemsOf(rule: Rule, key: string): Promise<RuleProblem[]> {
    return this.#problemsOf(rule, key, rulesOf(await this.all()));
  }

  async #problemsOf(rule: Rule, key: string, rules: ReadonlyMap<string, Rule>): Promise<RuleProblem[]> {
    await this.catalog.learnMissing(
      conditionsOf(rule).flatMap((condition) => ('attribute' in condition ? condition.attribute : [])),
    );
    return checkRule(rule, { attributeType: (attribute) => this.catalog.typeOf(attribute), segment: key, rules });
  }

  /** @throws Problem 422 with every problem, each with the segment and the place in its rule */
  async #refuseWrong(present: ReadonlyMap<string, SegmentEntity>, inputs: readonly SegmentInput[]): Promise<void> {
    const rules = new Map([...rulesOf([...present.values()]), ...inputs.map(({ key, rule }) => [key, rule] as const)]);
    const said: string[] = [];
    for (const { key, rule } of inputs)
      for (const { path, message } of await this.#problemsOf(rule, key, rules))
        said.push(`${key}, rule${path === '' ? '' : `.${path}`}: ${message}`);
    if (said.length > 0) throw new Problem(422, 'The rule cannot be used', said.join('\n'));
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

/** The rules that can be read. */
const rulesOf = (segments: readonly SegmentEntity[]): Map<string, Rule> =>
  new Map(
    segments.flatMap(({ key, rule }) => {
      const read = ruleSchema.safeParse(rule);
      return read.success ? [[key, read.data] as const] : [];
    }),
  );

function asksFor(rule: unknown, segment: string): boolean {
  const read = ruleSchema.safeParse(rule);
  return read.success && conditionsOf(read.data).some((each) => 'segment' in each && each.segment === segment);
}

/** A file may take over what was made by hand, never the other way round. */
function guard(key: string, existing: { readonly provisioned: boolean } | undefined, origin: Origin): void {
  if (existing?.provisioned !== true || origin === 'file') return;
  const detail = `The segment "${key}" is set in a configuration file and can be changed only there.`;
  throw new Problem(409, 'Comes from a configuration file', detail);
}
