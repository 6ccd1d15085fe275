import type { EventEmitter } from 'node:events';
import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import Bull from 'bull';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT } from '../database/environment.js';
import { InProcessQueue } from './in-process-queue.js';
import { queueNames } from './job-catalog.js';
import { JobHandlerCheck } from './job-handler-check.service.js';

/**
 * Finished jobs are of no use to anybody; without this Redis would keep them for ever. Failed ones neither: as long as one is kept,
 * a job with the same id is not added, and a wake-up that failed once would never come again.
 */
const jobOptions: Bull.JobOptions = { removeOnComplete: true, removeOnFail: true };

const log = new Logger('Jobs');

function openQueue(name: string, env: Environment) {
  const queue = makeQueue(name, env);
  const events: EventEmitter = queue;
  events.on('error', (error: unknown) => log.warn({ err: error, queue: name }, 'Redis cannot be used now'));
  return queue;
}

function makeQueue(name: string, { REDIS_URL }: Environment) {
  if (REDIS_URL === undefined) return new InProcessQueue(name);
  return new Bull(name, REDIS_URL, {
    prefix: 'parley',
    defaultJobOptions: jobOptions,
    redis: { maxRetriesPerRequest: null, enableReadyCheck: false },
  });
}

/** Registers every queue under `@nestjs/bull`'s own token: on Redis with `REDIS_URL`, otherwise inside the process. */
@Module({})
export class JobsModule {
  static forRoot(): DynamicModule {
    // With no queue of its own this brings what connects `@Processor` classes to the queues, whichever kind they are.
    const explorer = BullModule.registerQueue();
    const queues = queueNames.map((name) => ({
      provide: getQueueToken(name),
      inject: [ENVIRONMENT],
      useFactory: (env: Environment) => {
        const queue = openQueue(name, env);
        // Before the database is gone: a job that runs is let finish.
        return Object.assign(queue, { beforeApplicationShutdown: () => queue.close() });
      },
    }));
    return {
      module: JobsModule,
      global: true,
      imports: [explorer, DiscoveryModule],
      providers: [...queues, JobHandlerCheck],
      exports: queues.map(({ provide }) => provide),
    };
  }
}
