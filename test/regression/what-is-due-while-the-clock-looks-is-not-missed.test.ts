import { Process, Processor } from '@nestjs/bull';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Job } from 'bull';
import { expect, it, onTestFinished } from 'vitest';
import { ENVIRONMENT, NOW } from '../../src/database/environment.js';
import { JobHandlerCheck } from '../../src/jobs/job-handler-check.service.js';
import { JobsModule } from '../../src/jobs/jobs.module.js';
import { RecheckWaker } from '../../src/segments/recheck-waker.service.js';

const clock = { ms: Date.parse('2026-11-22T10:00:00.000Z') };
const looks: ((job: Job) => void)[] = [];
let looked = 0;

@Processor('recalculation')
class Rechecker {
  @Process('recheck')
  look(job: Job): void {
    looked += 1;
    looks.shift()?.(job);
  }
}

@Global()
@Module({
  providers: [{ provide: ENVIRONMENT, useValue: { REDIS_URL: undefined, ROLE: 'all' } }],
  exports: [ENVIRONMENT],
})
class Surroundings {}

it('what becomes due in the very millisecond in which a recheck looks is looked for once more', async () => {
  const app = await Test.createTestingModule({
    imports: [Surroundings, JobsModule.forRoot()],
    providers: [Rechecker, RecheckWaker, { provide: NOW, useValue: () => new Date(clock.ms) }],
  })
    .overrideProvider(JobHandlerCheck)
    .useValue({})
    .compile();
  await app.init();
  onTestFinished(() => app.close());
  const waker = app.get(RecheckWaker);
  // The earliest moment at which the job may run: the one in its id.
  looks.push(({ id }) => {
    clock.ms = Number(String(id).split('-').at(-1));
    waker.wake(clock.ms);
  });
  waker.wake(clock.ms);
  await expect.poll(() => looked, { timeout: 5_000 }).toBe(2);
});
