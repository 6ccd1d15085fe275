import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { type Now, NOW } from '../database/environment.js';
import { MomentWaker } from '../jobs/moment-waker.service.js';

/** Wakes the runner at the moment a run can go on. */
@Injectable()
export class TriggerWaker extends MomentWaker {
  constructor(@InjectQueue('triggers') queue: Queue, @Inject(NOW) now: Now) {
    super(queue, 'advance', now);
  }
}
