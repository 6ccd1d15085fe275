import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult } from '../destination.js';
import { failed, toJob, type Job } from './job.js';

/** Two records for one address would overwrite each other: the second has to be looked at by a person. */
export function distinctJobs(records: readonly OutgoingRecord[]): {
  readonly jobs: readonly Job[];
  readonly doubles: readonly RecordResult[];
} {
  const seen = new Set<string>();
  const doubles: RecordResult[] = [];
  const jobs = records.map(toJob).filter((job) => {
    const isFirst = !seen.has(job.email);
    seen.add(job.email);
    const message = `Another profile of this delivery has the address ${job.email} as well`;
    if (!isFirst) doubles.push(failed(job, new DeliveryError('rejected', message, { code: 'duplicate_key' })));
    return isFirst;
  });
  return { jobs, doubles };
}
