import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { type Now, NOW } from '../database/environment.js';
import { SegmentBackfills } from '../segments/segment-backfills.repository.js';
import { Rechecks } from './rechecks.service.js';
import { TriggerRoundRunner } from './trigger-rounds.service.js';

const refreshSlotMs = 60_000;

/** Wakes what is due; part of every sweep. */
@Injectable()
export class RecalculationPlanner {
  constructor(
    @InjectQueue('recalculation') private readonly queue: Queue,
    private readonly backfills: SegmentBackfills,
    private readonly rechecks: Rechecks,
    private readonly rounds: TriggerRoundRunner,
    @Inject(NOW) private readonly now: Now,
  ) {}

  async sweep(): Promise<void> {
    const now = this.now();
    await this.rechecks.planNext();
    await this.rounds.wakeDue();
    const slot = Math.floor(now.getTime() / refreshSlotMs);
    await this.queue.add('refresh', {}, { jobId: `refresh-${slot}` });
    await this.queue.add('rfm', {}, { jobId: 'rfm' });
    const due = await this.backfills.due(now);
    // By name: while both walk, none is added.
    if (due.length > 0)
      for (const jobId of ['backfill-one', 'backfill-other']) await this.queue.add('backfill', {}, { jobId });
  }
}
