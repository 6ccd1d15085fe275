import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT, type Now, NOW } from '../database/environment.js';
import type { Profile } from '../profiles/profile.js';
import { fetchAggregates } from './event-aggregates.js';
import { EventQueries } from './event-query.js';
import { type ExplainedNode, explain } from './explain.js';
import { inputsOf } from './inputs.js';
import type { Rule } from './rule.js';
import { RuleCaptions } from './rule-captions.service.js';
import { Thresholds } from './thresholds.service.js';

/** Says why somebody is in a segment, or is not, by what is known now. */
@Injectable()
export class Explanation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly thresholds: Thresholds,
    private readonly captions: RuleCaptions,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(NOW) private readonly now: Now,
  ) {}

  async of(rule: Rule, key: string, profile: Profile): Promise<ExplainedNode> {
    const queries = new EventQueries();
    const timeZone = this.environment.TIME_ZONE;
    const inputs = inputsOf(rule, timeZone);
    const slots = new Set(inputs.eventQueries.map((query) => queries.slotOf(query)));
    const now = this.now();
    const found = await fetchAggregates(
      { now, query: ({ text }, values) => this.dataSource.query(text, [...values]) },
      { queries },
      slots.size === 0 ? new Map() : new Map([[profile.id, slots]]),
    );
    const environment = {
      timeZone,
      salt: key,
      queries,
      thresholds: await this.thresholds.forRule(rule),
    };
    const subject = { profile, aggregates: found.of(profile.id) };
    return explain(rule, environment, subject, now.getTime(), await this.captions.read());
  }
}
