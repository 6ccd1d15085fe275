import { InjectQueue } from '@nestjs/bull';
import { Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { untilKnownMs } from './segment-backfills.repository.js';

const slotMs = 500;

/** Starts backfills as soon as every process knows the new rule. Losing a wake-up is harmless: the sweep finds what is due. */
@Injectable()
export class BackfillWaker {
  readonly #log = new Logger(BackfillWaker.name);

  constructor(@InjectQueue('recalculation') private readonly queue: Queue) {}

  /** To be called when a backfill has been planned; that its transaction may still fail does not matter. */
  wakeSoon(now: Date): void {
    const slot = Math.floor(now.getTime() / slotMs);
    const options = { jobId: `backfill-${String(slot)}`, delay: untilKnownMs + slotMs };
    this.queue.add('backfill', {}, options).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'a wake-up was lost; the sweep will find what is due');
    });
  }
}
