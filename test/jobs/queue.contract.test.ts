import { setTimeout as delay } from 'node:timers/promises';
import { getQueueToken, Process, Processor } from '@nestjs/bull';
import { Global, Injectable, Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import Bull, { type Job, type Queue } from 'bull';
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ENVIRONMENT } from '../../src/database/environment.js';
import { jobCatalog, type QueueName, queueNames } from '../../src/jobs/job-catalog.js';
import { JobsModule } from '../../src/jobs/jobs.module.js';

/** What ran, and what the test wants it to do. */
@Injectable()
class Trace {
  runs: { readonly job: string; readonly data: unknown; readonly atMs: number }[] = [];
  act: (data: unknown) => Promise<void> = () => Promise.resolve();

  async note(job: string, { data }: Job<unknown>): Promise<void> {
    this.runs.push({ job, data, atMs: performance.now() });
    await this.act(data);
  }

  of(job: string) {
    return this.runs.filter((run) => run.job === job);
  }
}

/** How many jobs of a name run at once; left out: one. */
const concurrency: Readonly<Record<string, number>> = { drain: 3 };

/** A processor that only notes what ran, with a handler for each job of the catalogue: a new job needs no change here. */
function doubleOf(queue: QueueName): Type {
  @Processor(queue)
  class Double {
    constructor(private readonly trace: Trace) {}

    note(name: string, job: Job<unknown>): Promise<void> {
      return this.trace.note(name, job);
    }
  }
  for (const name of Object.keys(jobCatalog[queue])) {
    const handler = function (this: Double, job: Job<unknown>): Promise<void> {
      return this.note(name, job);
    };
    const descriptor = { value: handler, configurable: true, writable: true };
    Object.defineProperty(Double.prototype, name, descriptor);
    Process({ name, concurrency: concurrency[name] ?? 1 })(Double.prototype, name, descriptor);
  }
  return Double;
}

async function open(REDIS_URL: string | undefined) {
  @Global()
  @Module({ providers: [{ provide: ENVIRONMENT, useValue: { REDIS_URL, ROLE: 'all' } }], exports: [ENVIRONMENT] })
  class Surroundings {}
  const app = await Test.createTestingModule({
    imports: [Surroundings, JobsModule.forRoot()],
    providers: [Trace, ...queueNames.map(doubleOf)],
  }).compile();
  await app.init();
  const queueOf = (name: string) => app.get<Queue>(getQueueToken(name));
  return { app, trace: app.get(Trace), delivery: queueOf('delivery'), maintenance: queueOf('maintenance') };
}

/** A database of Redis's that nothing else uses. */
function testRedis(): string {
  const url = new URL(inject('redisUrl') ?? 'redis://not-there');
  url.pathname = '/15';
  return url.href;
}

const hasRedis = inject('redisUrl') !== null;

describe.for([
  { name: 'inside the process', redis: false },
  { name: hasRedis ? 'on Redis' : 'on Redis (LEFT OUT: there is no Redis here)', redis: true },
])('a queue $name', { timeout: 20_000 }, ({ redis }) => {
  const runs = it.runIf(!redis || hasRedis);
  let queues: Awaited<ReturnType<typeof open>>;
  const jobsDone = (job: string, count: number) =>
    expect.poll(() => queues.trace.of(job).length, { timeout: 20_000, interval: 5 }).toBe(count);

  beforeAll(async () => {
    if (redis && !hasRedis) return;
    if (redis) {
      // Plain queues that take no jobs: Bull rejects into the void when a worker is closed while it still introduces itself to Redis.
      for (const name of queueNames) {
        const old = new Bull(name, testRedis(), { prefix: 'parley' });
        await old.obliterate({ force: true });
        await old.close();
      }
    }
    queues = await open(redis ? testRedis() : undefined);
  });
  beforeEach(() => {
    if (redis && !hasRedis) return;
    queues.trace.runs = [];
    queues.trace.act = () => Promise.resolve();
  });

  runs('gives a job to the handler of its name, with what it carries', async () => {
    await queues.delivery.add('drain', { destination: 'hubspot' });
    await queues.delivery.add('resync', { destination: 'salesforce' });
    await queues.maintenance.add('sweep', {});
    await jobsDone('drain', 1);
    await jobsDone('resync', 1);
    await jobsDone('sweep', 1);
    expect(queues.trace.of('drain')[0]?.data).toEqual({ destination: 'hubspot' });
    expect(queues.trace.of('resync')[0]?.data).toEqual({ destination: 'salesforce' });
  });

  runs('runs a job no earlier than it was asked to', async () => {
    const addedMs = performance.now();
    await queues.delivery.add('drain', {}, { delay: 150 });
    await jobsDone('drain', 1);
    expect((queues.trace.runs[0]?.atMs ?? 0) - addedMs).toBeGreaterThanOrEqual(140);
  });

  runs('adds no second job with the id of one that waits or runs', async () => {
    const ends: (() => void)[] = [];
    queues.trace.act = () => new Promise((resolve) => ends.push(resolve));
    for (const delayMs of [60, 0, 60]) await queues.delivery.add('drain', {}, { jobId: 'once', delay: delayMs });
    await jobsDone('drain', 1);
    await queues.delivery.add('drain', {}, { jobId: 'once' });
    await queues.delivery.add('drain', {}, { jobId: 'another' });
    await jobsDone('drain', 2);
    queues.trace.act = () => Promise.resolve();
    for (const end of ends) end();
    await queues.delivery.add('drain', {}, { jobId: 'last' });
    await jobsDone('drain', 3);
  });

  runs.for([
    { ended: 'went well', act: () => Promise.resolve() },
    { ended: 'failed', act: () => Promise.reject(new Error('as planned')) },
  ])('adds a job with the id of one that $ended', async ({ act }) => {
    queues.trace.act = act;
    const ended = new Promise((resolve) => {
      queues.delivery.once('completed', resolve);
      queues.delivery.once('failed', resolve);
    });
    await queues.delivery.add('resync', {}, { jobId: 'again' });
    await jobsDone('resync', 1);
    await ended;
    await expect
      .poll(
        async () => {
          await queues.delivery.add('resync', {}, { jobId: 'again' });
          return queues.trace.of('resync').length;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThanOrEqual(2);
    queues.delivery.removeAllListeners('completed');
    queues.delivery.removeAllListeners('failed');
  });

  runs('goes on after a job that failed, and says so', async () => {
    const failures: string[] = [];
    queues.delivery.once('failed', (job: Job, error: Error) => failures.push(`${job.name}: ${error.message}`));
    queues.trace.act = (data) => (data === 'bad' ? Promise.reject(new Error('as planned')) : Promise.resolve());
    await queues.delivery.add('resync', 'bad');
    await queues.delivery.add('resync', 'good');
    await expect
      .poll(() => queues.trace.of('resync').some(({ data }) => data === 'good'), { timeout: 20_000 })
      .toBe(true);
    await expect.poll(() => failures, { timeout: 20_000 }).toEqual(['resync: as planned']);
  });

  runs('runs as many jobs of a name at once as its handler allows', async () => {
    const waiting: (() => void)[] = [];
    queues.trace.act = () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 3) for (const go of waiting) go();
        if (waiting.length > 3) resolve();
      });
    await Promise.all(Array.from({ length: 5 }, () => queues.delivery.add('drain', {})));
    await jobsDone('drain', 5);
  });

  runs('repeats a job in its rhythm, once, however often it is planned', async () => {
    const every = 200;
    await queues.maintenance.add('housekeeping', {}, { repeat: { every } });
    await queues.maintenance.add('housekeeping', {}, { repeat: { every } });
    await expect
      .poll(() => queues.trace.of('housekeeping').length, { timeout: 20_000, interval: 5 })
      .toBeGreaterThanOrEqual(4);
    const times = queues.trace.of('housekeeping').map(({ atMs }) => atMs);
    expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2 * every);
  });

  runs('goes on repeating a job that failed', async () => {
    queues.trace.act = () => Promise.reject(new Error('as planned'));
    await expect.poll(() => queues.trace.of('housekeeping').length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  });

  runs('waits for what runs when it is closed, and starts nothing more', async () => {
    const closing = await open(redis ? testRedis() : undefined);
    await queues.app.close(); // on Redis this one would take jobs too
    queues = closing;
    // Of any name: a job that repeats may come between.
    let [started, finished] = [0, 0];
    closing.trace.act = async () => {
      started += 1;
      await delay(150);
      finished += 1;
    };
    await closing.delivery.add('drain', {});
    await jobsDone('drain', 1);
    await closing.delivery.add('drain', {}, { delay: 100 });
    await closing.app.close();
    expect(finished).toBe(started);
    const noted = closing.trace.runs.length;
    await delay(120);
    expect(closing.trace.runs).toHaveLength(noted);
  });
});
