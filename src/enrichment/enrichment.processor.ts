import { OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import type { Job } from 'bull';
import { jobCatalog } from '../jobs/job-catalog.js';
import { Pulls } from './pulls.service.js';

/** A job only says where to look; how far a history has been read stands in PostgreSQL. */
@Processor('enrichment')
export class EnrichmentProcessor {
  readonly #log = new Logger(EnrichmentProcessor.name);

  constructor(private readonly pulls: Pulls) {}

  /** They mostly wait for providers; the limits of an account hold however many of its streams are read at once. */
  @Process({ name: 'pull', concurrency: 20 })
  pull({ data }: Job): Promise<void> {
    const { destination, stream } = jobCatalog.enrichment.pull.parse(data);
    return this.pulls.run(destination, stream);
  }

  @OnQueueFailed()
  failed(job: Job, error: Error): void {
    this.#log.error({ err: error, job: job.name }, 'a job failed and is started again by the next sweep');
  }
}
