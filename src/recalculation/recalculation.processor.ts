import { OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import type { Job } from 'bull';
import { Backfill } from './backfill.service.js';
import { Percentiles } from './percentiles.service.js';
import { Rechecks } from './rechecks.service.js';
import { RfmRefresh } from './rfm-refresh.service.js';
import { TriggerRoundRunner } from './trigger-rounds.service.js';
import { ScoreMarks } from './score-marks.service.js';

/** What changes because time passes or a rule was changed. */
@Processor('recalculation')
export class RecalculationProcessor {
  readonly #log = new Logger(RecalculationProcessor.name);

  constructor(
    private readonly rechecks: Rechecks,
    private readonly backfill: Backfill,
    private readonly percentiles: Percentiles,
    private readonly scoreMarks: ScoreMarks,
    private readonly rfm: RfmRefresh,
    private readonly rounds: TriggerRoundRunner,
  ) {}

  @Process('recheck')
  async recheck(): Promise<void> {
    await this.rechecks.run();
    await this.rounds.wakeDue();
  }

  @Process('round')
  round(): Promise<void> {
    return this.rounds.run();
  }

  /** Two at once: a long walk does not keep a short one waiting. */
  @Process({ name: 'backfill', concurrency: 2 })
  bringRules(): Promise<void> {
    return this.backfill.run();
  }

  @Process('refresh')
  async refresh(): Promise<void> {
    if (await this.scoreMarks.run()) await this.rechecks.planNext();
    await this.percentiles.refresh();
  }

  @Process('rfm')
  refreshRfm(): Promise<void> {
    return this.rfm.run();
  }

  /** The sweep starts it again; by then what was in the way may be gone. */
  @OnQueueFailed()
  failed(job: Job, error: Error): void {
    this.#log.error({ err: error, job: job.name }, 'a job failed and is started again by the next sweep');
  }
}
