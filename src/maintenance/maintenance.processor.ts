import { Process, Processor } from '@nestjs/bull';
import { Inject } from '@nestjs/common';
import { type Now, NOW } from '../database/environment.js';
import { DeadLetters } from '../delivery/dead-letters.service.js';
import { DeliveryLog } from '../delivery/delivery-log.repository.js';
import { DeliveryWaker } from '../delivery/delivery-waker.service.js';
import { Resync } from '../delivery/resync.service.js';
import { SyncMarks } from '../delivery/sync-marks.repository.js';
import { EventPartitions } from '../events/event-partitions.service.js';
import { Events } from '../events/events.repository.js';
import { Metrics } from '../observability/metrics.service.js';

const dayMs = 24 * 60 * 60 * 1_000;
/** How long the log of deliveries is kept; what a destination holds, and dead letters, are kept for ever. */
const deliveryLogMs = 90 * dayMs;

/** What has to be looked at from time to time. */
@Processor('maintenance')
export class MaintenanceProcessor {
  constructor(
    private readonly marks: SyncMarks,
    private readonly waker: DeliveryWaker,
    private readonly resync: Resync,
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
    for (const destination of await this.marks.dueDestinations(now)) this.waker.wake(destination, now);
    await this.resync.planOutdated();
    for (const { destination, count, since } of await this.marks.waiting())
      this.metrics.waitingMarks(destination, count, Math.max(0, (now.getTime() - since.getTime()) / 1_000));
    for (const { kind, count } of await this.deadLetters.countOpen()) this.metrics.openDeadLetters(kind, count);
  }

  @Process('housekeeping')
  async housekeeping(): Promise<void> {
    const now = this.now().getTime();
    await this.partitions.ensure();
    await this.events.forgetKeys(new Date(now - dayMs));
    await this.log.forget(new Date(now - deliveryLogMs));
  }
}
