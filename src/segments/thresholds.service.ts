import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { percentileKey, percentileThresholdSql } from './percentile.js';
import type { PercentileCondition } from './condition.js';
import { conditionsOf, type Rule } from './rule.js';
import { SegmentDirectory } from './segment-directory.service.js';

/** Where the top or the bottom few percent begin. */
@Injectable()
export class Thresholds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: SegmentDirectory,
  ) {}

  /** Looks at every profile. null: nobody has the attribute as a number */
  async find(condition: PercentileCondition): Promise<number | null> {
    const { text, values } = percentileThresholdSql(condition);
    const [found] = await this.dataSource.query<{ threshold: number | null }[]>(text, [...values]);
    return found?.threshold ?? null;
  }

  /** Those that segments use, and those of a rule that is only being tried out: nobody keeps them fresh, so they are found now. */
  async forRule(rule: Rule): Promise<ReadonlyMap<string, number>> {
    const thresholds = new Map(this.directory.thresholds);
    for (const condition of conditionsOf(rule)) {
      if (!('percentile' in condition) || thresholds.has(percentileKey(condition))) continue;
      const found = await this.find(condition);
      if (found !== null) thresholds.set(percentileKey(condition), found);
    }
    return thresholds;
  }
}
