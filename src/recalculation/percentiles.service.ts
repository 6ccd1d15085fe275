import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ConfigurationRevision } from '../database/configuration-revision.service.js';
import { type Now, NOW } from '../database/environment.js';
import { percentileKey } from '../segments/percentile.js';
import type { PercentileCondition } from '../segments/condition.js';
import { SegmentBackfills } from '../segments/segment-backfills.repository.js';
import { SegmentDirectory } from '../segments/segment-directory.service.js';
import { Thresholds } from '../segments/thresholds.service.js';

/** How old a threshold may become. */
const everyMs = 60 * 60 * 1_000;

interface KnownThreshold {
  readonly name: string;
  readonly threshold: number | null;
  readonly computed_at: Date;
}

/** Keeps the thresholds of "top 5 % by …" fresh; when one has moved, everybody is asked again. */
@Injectable()
export class Percentiles {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: SegmentDirectory,
    private readonly thresholds: Thresholds,
    private readonly backfills: SegmentBackfills,
    private readonly revision: ConfigurationRevision,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Those that are missing or too old. */
  async refresh(): Promise<void> {
    const now = this.now();
    const rows = await this.dataSource.query<KnownThreshold[]>(
      'SELECT name, threshold, computed_at FROM segment_percentiles',
    );
    const known = new Map(rows.map((row) => [row.name, row]));
    const wanted = new Map(
      this.directory.current.segments.flatMap(({ inputs }) =>
        inputs.percentiles.map((one) => [percentileKey(one), one] as const),
      ),
    );
    for (const [name, condition] of wanted) {
      const before = known.get(name);
      if (before !== undefined && now.getTime() - before.computed_at.getTime() < everyMs) continue;
      await this.#save(name, condition, await this.thresholds.find(condition), before ?? null, now);
    }
  }

  async #save(
    name: string,
    { attribute, percent }: PercentileCondition,
    threshold: number | null,
    before: KnownThreshold | null,
    now: Date,
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `INSERT INTO segment_percentiles (name, attribute, fraction, threshold, computed_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE SET threshold = excluded.threshold, computed_at = excluded.computed_at`,
        [name, attribute, percent / 100, threshold, now],
      );
      if (before !== null && before.threshold === threshold) return;
      for (const { key, version, inputs } of this.directory.current.segments)
        if (inputs.percentiles.some((one) => percentileKey(one) === name))
          await this.backfills.plan(manager, key, version, now);
      await this.revision.bump((text) => manager.query(text));
    });
  }
}
