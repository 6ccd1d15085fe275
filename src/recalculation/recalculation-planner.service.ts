import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { type Now, NOW } from '../database/environment.js';
import { SegmentBackfills } from '../segments/segment-backfills.repository.js';
import { Rechecks } from './rechecks.service.js';

const refreshSlotMs = 60_000;

/** Wakes what is due; part of every sweep. */
@Injectable()
export class RecalculationPlanner {
  constructor(
    @InjectQueue('recalculation') private readonly queue: Queue,
    private readonly backfills: SegmentBackfills,
    private readonly rechecks: Rechecks,
    @Inject(NOW) private readonly now: Now,
  ) {}

  async sweep(): Promise<void> {
    const now = this.now();
    await this.rechecks.planNext();
    const slot = Math.floor(now.getTime() / refreshSlotMs);
    await this.queue.add('refresh', {}, { jobId: `refresh-${slot}` });
    for (const segment of await this.backfills.due(now))
      await this.queue.add('backfill', { segment }, { jobId: `backfill-${segment}-${now.getTime()}` });
  }
}
