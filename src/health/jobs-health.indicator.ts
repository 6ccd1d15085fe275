import { InjectQueue } from '@nestjs/bull';
import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { Queue } from 'bull';
import { InProcessQueue } from '../jobs/in-process-queue.js';

const timeoutMs = 2_000;

/** Are the queues reachable? Inside the process they always are. */
@Injectable()
export class JobsHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @InjectQueue('delivery') private readonly queue: Queue | InProcessQueue,
  ) {}

  async check(key: string): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(key);
    if (this.queue instanceof InProcessQueue) return indicator.up({ where: 'in this process' });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${timeoutMs} ms`), timeoutMs);
    });
    const ping = this.queue.client.ping().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const problem = await Promise.race([ping, late]);
    clearTimeout(timer);
    return problem === null ? indicator.up({ where: 'Redis' }) : indicator.down({ where: 'Redis', problem });
  }
}
