import { Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import type { Now } from '../database/environment.js';

/** Later ones are planned by the sweep when their time has come near: a queue is no calendar. */
const soonMs = 15_000;
/** Wake-ups that are so close together are one. */
const slotMs = 20;

/** Starts a job at a moment, once for all who ask for about the same one. Losing a wake-up is harmless: the sweep finds what is due. */
export abstract class MomentWaker {
  readonly #log = new Logger(this.constructor.name);
  #planned = 0;

  /** @param job a name of the queue in the job catalogue, which carries nothing */
  protected constructor(
    private readonly queue: Queue,
    private readonly job: string,
    private readonly now: Now,
  ) {}

  /** Always in a slot that has not begun: a job that looks already may have missed what is due since. */
  wake(atMs: number): void {
    const nowMs = this.now().getTime();
    const dueMs = (Math.floor(Math.max(atMs, nowMs) / slotMs) + 1) * slotMs;
    if (dueMs - nowMs > soonMs || (this.#planned > nowMs && this.#planned <= dueMs)) return;
    this.#planned = dueMs;
    const options = { jobId: `${this.job}-${String(dueMs)}`, delay: dueMs - nowMs };
    this.queue.add(this.job, {}, options).catch((error: unknown) => {
      this.#planned = 0;
      this.#log.warn({ err: error }, 'a wake-up was lost; the sweep will find what is due');
    });
  }
}
