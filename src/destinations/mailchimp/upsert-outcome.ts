import type { RecordResult } from '../destination.js';
import type { Task } from './each-alone.js';
import { isUnchanged, stillDelivered, type WriteJob } from './job.js';
import type { OneByOne } from './one-by-one.js';
import type { SegmentChange } from './segment-changes.js';

/** What has come of an upsert so far, and what is still to be done for it, contact by contact. */
export class UpsertOutcome {
  readonly results: RecordResult[] = [];
  readonly later: Task[] = [];
  /** Tags that a batch cannot take away. */
  readonly untag: SegmentChange[] = [];

  constructor(private readonly oneByOne: OneByOne) {}

  alone(job: WriteJob, way: 'alone' | 'look'): void {
    const run = () => (way === 'look' ? this.oneByOne.look(job) : this.oneByOne.write(job));
    this.later.push({ job, run });
  }

  rename(job: WriteJob): void {
    const from = job.memo?.email ?? job.email;
    this.later.push({ job, run: () => this.oneByOne.rename(job, from) });
  }

  /**
   * No call that changes nothing.
   *
   * @param how.except jobs that have to go on although they carry no change
   * @param how.seenAt when opt-outs were looked up; null: they were not, and are still to be looked for from when the member was last seen
   */
  leaveUnchanged(
    jobs: readonly WriteJob[],
    how: { readonly except: (job: WriteJob) => boolean; readonly seenAt: Date | null },
  ): readonly WriteJob[] {
    const isLeft = (job: WriteJob): boolean => isUnchanged(job) && !how.except(job);
    for (const job of jobs) if (isLeft(job)) this.results.push(stillDelivered(job, how.seenAt));
    return jobs.filter((job) => !isLeft(job));
  }
}
