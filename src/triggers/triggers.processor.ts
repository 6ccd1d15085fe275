import { OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import type { Job } from 'bull';
import { TriggerRunner } from './running/runner.service.js';

/** Takes runs of triggers on when it is time. */
@Processor('triggers')
export class TriggersProcessor {
  readonly #log = new Logger(TriggersProcessor.name);

  constructor(private readonly runner: TriggerRunner) {}

  @Process('advance')
  advance(): Promise<void> {
    return this.runner.run();
  }

  /** The sweep starts it again; by then what was in the way may be gone. */
  @OnQueueFailed()
  failed(job: Job, error: Error): void {
    this.#log.error({ err: error, job: job.name }, 'a job failed and is started again by the next sweep');
  }
}
