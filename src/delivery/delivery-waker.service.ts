import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { type Now, NOW } from '../database/environment.js';

/** Two wake-ups of a destination that are closer than this are one. */
const coalesceMs = 250;

/** Wakes the drain of a destination at the time its next mark is due. Losing a wake-up is harmless: the sweep finds what is due. */
@Injectable()
export class DeliveryWaker {
  readonly #log = new Logger(DeliveryWaker.name);
  /** Per destination, the wake-up that is planned: a busy webhook must not ask the queue for the same thing a thousand times. */
  readonly #planned = new Map<string, number>();

  constructor(
    @InjectQueue('delivery') private readonly queue: Queue,
    @Inject(NOW) private readonly now: Now,
  ) {}

  wake(destination: string, at: Date): void {
    const nowMs = this.now().getTime();
    const atMs = Math.max(at.getTime(), nowMs);
    const planned = this.#planned.get(destination);
    if (planned !== undefined && planned >= nowMs && planned <= atMs + coalesceMs) return;
    this.#planned.set(destination, atMs);
    const slot = Math.ceil(atMs / coalesceMs);
    this.queue
      .add('drain', { destination }, { jobId: `drain-${destination}-${slot}`, delay: slot * coalesceMs - nowMs })
      .catch((error: unknown) => {
        this.#planned.delete(destination);
        this.#log.warn({ err: error, destination }, 'a wake-up was lost; the sweep will find what is due');
      });
  }
}
