import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { type Now, NOW } from '../database/environment.js';
import { MomentWaker } from '../jobs/moment-waker.service.js';

/** Wakes the clock at the moment the next answer could change. */
@Injectable()
export class RecheckWaker extends MomentWaker {
  constructor(@InjectQueue('recalculation') queue: Queue, @Inject(NOW) now: Now) {
    super(queue, 'recheck', now);
  }
}
