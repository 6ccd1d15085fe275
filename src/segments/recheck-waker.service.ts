import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { type Now, NOW } from '../database/environment.js';

/** Later ones are planned by the sweep when their time has come near: a queue is no calendar. */
const soonMs = 15_000;

/** Wakes the clock at the moment the next answer could change. Losing a wake-up is harmless: the sweep finds what is due. */
@Injectable()
export class RecheckWaker {
  readonly #log = new Logger(RecheckWaker.name);
  #planned = 0;

  constructor(
    @InjectQueue('recalculation') private readonly queue: Queue,
    @Inject(NOW) private readonly now: Now,
  ) {}

  wake(atMs: number): void {
    const nowMs = this.now().getTime();
    const dueMs = Math.max(atMs, nowMs);
    if (dueMs - nowMs > soonMs || (this.#planned >= nowMs && this.#planned <= dueMs)) return;
    this.#planned = dueMs;
    this.queue.add('recheck', {}, { jobId: `recheck-${dueMs}`, delay: dueMs - nowMs }).catch((error: unknown) => {
      this.#planned = 0;
      this.#log.warn({ err: error }, 'a wake-up was lost; the sweep will find what is due');
    });
  }
}
