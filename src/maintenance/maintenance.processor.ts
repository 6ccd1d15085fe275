import { OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Inject, Logger } from '@nestjs/common';
import type { Job } from 'bull';
import { type Now, NOW } from '../database/environment.js';
import { ActionRuns } from '../delivery/action-runs.repository.js';
import { DeadLetters } from '../delivery/dead-letters.service.js';
import { DeliveryLog } from '../delivery/delivery-log.repository.js';
import { DeliveryWaker } from '../delivery/delivery-waker.service.js';
import { Erasures } from '../delivery/erasures.repository.js';
import { Resync } from '../delivery/resync.service.js';
import { SyncMarks } from '../delivery/sync-marks.repository.js';
import { Followers } from '../enrichment/followers.service.js';
import { Pulls } from '../enrichment/pulls.service.js';
import { EventPartitions } from '../events/event-partitions.service.js';
import { Events } from '../events/events.repository.js';
import { RecalculationPlanner } from '../recalculation/recalculation-planner.service.js';
import { ContactPolicies } from '../triggers/contact-policies.service.js';
import { TriggerRunner } from '../triggers/running/runner.service.js';
import { Metrics } from '../observability/metrics.service.js';

const dayMs = 24 * 60 * 60 * 1_000;
/** How long the log of deliveries is kept; what a destination holds, and dead letters, are kept for ever. */
const deliveryLogMs = 90 * dayMs;

/** What has to be looked at from time to time. */
@Processor('maintenance')
export class MaintenanceProcessor {
  readonly #logger = new Logger(MaintenanceProcessor.name);

  constructor(
    private readonly marks: SyncMarks,
    private readonly runs: ActionRuns,
    private readonly erasures: Erasures,
    private readonly waker: DeliveryWaker,
    private readonly resync: Resync,
    private readonly pulls: Pulls,
    private readonly followers: Followers,
    private readonly recalculation: RecalculationPlanner,
    private readonly runner: TriggerRunner,
    private readonly policies: ContactPolicies,
    private readonly deadLetters: DeadLetters,
    private readonly log: DeliveryLog,
    private readonly partitions: EventPartitions,
    private readonly events: Events,
    private readonly metrics: Metrics,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Finds whatever a lost wake-up left, and measures what waits. */
  @Process('sweep')
  async sweep(): Promise<void> {
    const now = this.now();
    const kinds = [this.marks, this.runs, this.erasures].map((kind) => kind.dueDestinations(now));
    const due = (await Promise.all(kinds)).flat();
    for (const destination of new Set(due)) this.waker.wake(destination, now);
    await this.resync.planOutdated();
    await this.recalculation.sweep();
    await this.runner.planNext();
    await this.pulls.sweep();
    await this.followers.sweep();
    const [waiting, letters] = await Promise.all([this.marks.waiting(), this.deadLetters.countOpen()]);
    this.metrics.resetGauges();
    for (const { destination, count, since } of waiting)
      this.metrics.waitingMarks(destination, count, Math.max(0, (now.getTime() - since.getTime()) / 1_000));
    for (const { kind, count } of letters) this.metrics.openDeadLetters(kind, count);
  }

  @OnQueueFailed()
  failed(job: Job, error: Error): void {
    this.#logger.error({ err: error }, `the job ${job.name} failed`);
  }

  @Process('housekeeping')
  async housekeeping(): Promise<void> {
    const now = this.now().getTime();
    await this.partitions.ensure();
    await this.events.forgetKeys(new Date(now - dayMs));
    await this.policies.forgetTouches();
    await this.log.forget(new Date(now - deliveryLogMs));
  }
}
