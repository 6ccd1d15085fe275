import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Environment } from '../../config/env.js';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import { ENVIRONMENT } from '../database/environment.js';
import { EventQueries } from '../segments/event-query.js';
import { type CompiledScore, compileScore } from './evaluate-score.js';
import type { ActiveRfm } from './rfm-runs.repository.js';
import type { ScoreDefinition } from './score.js';
import { anyScoreSchema, isRfm } from './score-input.js';

/** A score, ready to be counted. */
export interface ActiveScore {
  readonly key: string;
  readonly version: number;
  readonly compiled: CompiledScore;
  /** It looks at what the profile is like, not only at events. */
  readonly readsProfile: boolean;
}

/** The enabled scores, compiled, kept in memory and read again when something changes. */
@Injectable()
export class ScoreDirectory {
  readonly #log = new Logger(ScoreDirectory.name);
  #scores: readonly ActiveScore[] = [];
  #rfm: readonly ActiveRfm[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly revision: ConfigurationRevision,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.revision.follow(() => this.#read());
  }

  get current(): readonly ActiveScore[] {
    return this.#scores;
  }

  get rfm(): readonly ActiveRfm[] {
    return this.#rfm;
  }

  async #read(): Promise<void> {
    const rows = await this.dataSource.query<{ key: string; version: number; definition: unknown }[]>(
      'SELECT key, version, definition FROM scores WHERE enabled ORDER BY key',
    );
    const scores: ActiveScore[] = [];
    const rfm: ActiveRfm[] = [];
    for (const { key, version, definition } of rows) {
      const read = anyScoreSchema.safeParse(definition);
      if (!read.success) this.#log.error(`the score ${key} cannot be used: ${z.prettifyError(read.error)}`);
      else if (isRfm(read.data)) rfm.push({ key, version, definition: read.data.rfm });
      else scores.push(this.#compiled(key, version, read.data));
    }
    this.#scores = scores;
    this.#rfm = rfm;
  }

  #compiled(key: string, version: number, definition: ScoreDefinition): ActiveScore {
    const compiled = compileScore(definition, {
      timeZone: this.environment.TIME_ZONE,
      salt: key,
      queries: new EventQueries(),
      thresholds: new Map(),
    });
    return { key, version, compiled, readsProfile: compiled.states.length > 0 };
  }
}
