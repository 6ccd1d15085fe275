import { DeliveryError } from '../delivery-error.js';
import type { RecordResult } from '../destination.js';
import { failed, refused, type Job } from './job.js';

/** One record's own calls. */
export interface Task {
  readonly job: Job;
  readonly run: () => Promise<RecordResult>;
}

/**
 * Runs tasks a few at a time. A record's own trouble stays its own; once an error says that nothing gets through any more
 * (credentials, limit, outage), the tasks not begun are left with that error instead of being tried.
 */
export async function eachAlone(tasks: readonly Task[], parallelCalls: number): Promise<readonly RecordResult[]> {
  const results: RecordResult[] = [];
  const waiting = tasks.values();
  let stop: DeliveryError | null = null;
  const work = async (): Promise<void> => {
    for (const task of waiting) {
      if (stop !== null) {
        results.push(failed(task.job, stop));
        continue;
      }
      try {
        results.push(await task.run());
      } catch (error) {
        if (!(error instanceof DeliveryError)) throw error;
        if (!isAboutOneRecord(error)) stop = error;
        results.push(refused(task.job, error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelCalls, tasks.length) }, work));
  return results;
}

/** "Signed up to a lot of lists" is `throttled`, but only for its address. */
export function isAboutOneRecord({ kind, details }: DeliveryError): boolean {
  return kind === 'rejected' || details.recordOnly === true;
}
