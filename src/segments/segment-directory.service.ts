import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Environment } from '../../config/env.js';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import { ENVIRONMENT } from '../database/environment.js';
import { type CompiledRule, compileRule } from './evaluate.js';
import { EventQueries } from './event-query.js';
import { evaluationOrder } from './evaluation-order.js';
import { inputsOf, type RuleInputs } from './inputs.js';
import { type Rule, ruleSchema } from './rule.js';
import type { SegmentEntity } from './segment.entity.js';
import { nothingNew, SegmentIndex } from './segment-index.js';
import type { SqlEnvironment } from './to-sql.js';

/** A segment, ready to be asked. */
export interface ActiveSegment {
  readonly key: string;
  readonly title: string;
  readonly version: number;
  readonly rule: Rule;
  readonly compiled: CompiledRule;
  readonly inputs: RuleInputs;
  /** Slots of its event queries. */
  readonly slots: readonly number[];
}

/** All enabled segments as one unit: places in `segments` are those of the index, and queries those of the slots. */
export interface SegmentSet {
  /** In order of evaluation: a segment stands behind those it asks for. */
  readonly segments: readonly ActiveSegment[];
  readonly places: ReadonlyMap<string, number>;
  readonly index: SegmentIndex;
  readonly queries: EventQueries;
  /** Places of those whose answer time alone can change. */
  readonly timed: readonly number[];
  /** Another one for each set. */
  readonly revision: number;
}

const noSegments: SegmentSet = {
  segments: [],
  places: new Map(),
  index: new SegmentIndex([]),
  queries: new EventQueries(),
  timed: [],
  revision: 0,
};

/** The enabled segments, compiled, kept in memory and read again when something changes. */
@Injectable()
export class SegmentDirectory {
  readonly #log = new Logger(SegmentDirectory.name);
  #set: SegmentSet = noSegments;
  /** Refreshed in place: compiled rules look into it at each evaluation. */
  readonly #thresholds = new Map<string, number>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly revision: ConfigurationRevision,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.revision.follow(() => this.#read());
  }

  get current(): SegmentSet {
    return this.#set;
  }

  get thresholds(): ReadonlyMap<string, number> {
    return this.#thresholds;
  }

  /** Do other segments ask whether somebody is in this one? */
  isAskedFor(segment: string): boolean {
    const places = new Set<number>();
    this.#set.index.touched({ ...nothingNew, segments: [segment] }, places);
    return places.size > 0;
  }

  /** What SQL about a rule needs. @param salt key of the segment that the rule is for */
  sqlEnvironment(salt: string): SqlEnvironment {
    return { timeZone: this.#zone, salt, thresholds: this.#thresholds };
  }

  async #read(): Promise<void> {
    const rows = await this.dataSource.query<Pick<SegmentEntity, 'key' | 'title' | 'version' | 'rule'>[]>(
      'SELECT key, title, version, rule FROM segments WHERE enabled ORDER BY key',
    );
    const thresholds = await this.dataSource.query<{ name: string; threshold: number | null }[]>(
      'SELECT name, threshold FROM segment_percentiles',
    );
    this.#thresholds.clear();
    for (const { name, threshold } of thresholds) if (threshold !== null) this.#thresholds.set(name, threshold);
    const rules = new Map<string, { readonly title: string; readonly version: number; readonly rule: Rule }>();
    for (const { key, title, version, rule } of rows) {
      const read = ruleSchema.safeParse(rule);
      if (read.success) rules.set(key, { title, version, rule: read.data });
      else this.#log.error(`the segment ${key} cannot be used: ${z.prettifyError(read.error)}`);
    }
    this.#set = this.#compiled(rules);
  }

  get #zone(): string {
    return this.environment.TIME_ZONE;
  }

  #compiled(
    rules: ReadonlyMap<string, { readonly title: string; readonly version: number; readonly rule: Rule }>,
  ): SegmentSet {
    const queries = new EventQueries();
    const order = evaluationOrder(new Map([...rules].map(([key, { rule }]) => [key, rule])));
    const segments = order.flatMap((key): ActiveSegment[] => {
      const found = rules.get(key);
      if (found === undefined) return [];
      const inputs = inputsOf(found.rule, this.#zone);
      const compiled = compileRule(found.rule, {
        timeZone: this.#zone,
        salt: key,
        queries,
        thresholds: this.#thresholds,
      });
      const slots = inputs.eventQueries.map((query) => queries.slotOf(query));
      return [{ key, ...found, compiled, inputs, slots }];
    });
    return {
      segments,
      places: new Map(segments.map(({ key }, place) => [key, place])),
      index: new SegmentIndex(segments),
      queries,
      timed: segments.flatMap(({ inputs }, place) => (inputs.timed ? place : [])),
      revision: this.#set.revision + 1,
    };
  }
}
