import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { type Now, NOW } from '../database/environment.js';

/** Later ones are planned by the sweep when their time has come near: a queue is no calendar. */
const soonMs = 15_000;
/** Wake-ups that are so close together are one. */
const slotMs = 20;

/** Wakes the runner at the moment a run can go on. Losing a wake-up is harmless: the sweep finds what is due. */
@Injectable()
export class TriggerWaker {
  readonly #log = new Logger(TriggerWaker.name);
  #planned = 0;

  constructor(
    @InjectQueue('triggers') private readonly queue: Queue,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Always in a slot that has not begun: a run that looks already may have missed what is due since. */
  wake(atMs: number): void {
    const nowMs = this.now().getTime();
    const dueMs = (Math.floor(Math.max(atMs, nowMs) / slotMs) + 1) * slotMs;
    if (dueMs - nowMs > soonMs || (this.#planned > nowMs && this.#planned <= dueMs)) return;
    this.#planned = dueMs;
    const options = { jobId: `advance-${String(dueMs)}`, delay: dueMs - nowMs };
    this.queue.add('advance', {}, options).catch((error: unknown) => {
      this.#planned = 0;
      this.#log.warn({ err: error }, 'a wake-up was lost; the sweep will find what is due');
    });
  }
}
