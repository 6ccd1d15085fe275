import { OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import type { Job } from 'bull';
import { jobCatalog } from '../jobs/job-catalog.js';
import { Delivery } from './delivery.service.js';
import { Resync } from './resync.service.js';

/** A job only says where to look; what is due stands in PostgreSQL. */
@Processor('delivery')
export class DeliveryProcessor {
  readonly #log = new Logger(DeliveryProcessor.name);

  constructor(
    private readonly delivery: Delivery,
    private readonly resyncs: Resync,
  ) {}

  /** Destinations do not wait for each other. */
  @Process({ name: 'drain', concurrency: 50 })
  drain({ data }: Job): Promise<void> {
    return this.delivery.drain(jobCatalog.delivery.drain.parse(data).destination);
  }

  @Process({ name: 'resync', concurrency: 2 })
  resync({ data }: Job): Promise<void> {
    return this.resyncs.run(jobCatalog.delivery.resync.parse(data).destination);
  }

  /** The sweep starts it again; by then what was in the way may be gone. */
  @OnQueueFailed()
  failed(job: Job, error: Error): void {
    this.#log.error({ err: error, job: job.name }, 'a job failed and is started again by the next sweep');
  }
}
