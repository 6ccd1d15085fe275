import { Process, Processor } from '@nestjs/bull';
import type { Job } from 'bull';
import { jobCatalog } from '../jobs/job-catalog.js';
import { Delivery } from './delivery.service.js';
import { Resync } from './resync.service.js';

/** A job only says where to look; what is due stands in PostgreSQL. */
@Processor('delivery')
export class DeliveryProcessor {
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
}
