import { randomUUID } from 'node:crypto';
import { InjectQueue } from '@nestjs/bull';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { EventPartitions } from '../events/event-partitions.service.js';

const sweepEveryMs = 5_000;
const housekeepingEveryMs = 6 * 60 * 60 * 1_000;

/** Plans the recurring jobs; on Redis a job of the same name and rhythm is planned once, however many processes ask for it. */
@Injectable()
export class MaintenanceSchedule {
  constructor(
    @InjectQueue('maintenance') private readonly queue: Queue,
    private readonly partitions: EventPartitions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.partitions.ensure();
    // At once as well: a process that is restarted every day would never come to what is done every few hours.
    for (const job of ['sweep', 'housekeeping']) await this.queue.add(job, {}, { jobId: `${job}-${randomUUID()}` });
    await this.queue.add('sweep', {}, { repeat: { every: sweepEveryMs } });
    await this.queue.add('housekeeping', {}, { repeat: { every: housekeepingEveryMs } });
  }
}
