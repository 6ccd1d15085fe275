import type { DeliveryError } from '../delivery-error.js';
import type { RecordResult } from '../destination.js';
import { listsToAdd, type Job } from './job.js';
import type { SegmentChange, SegmentChanges } from './segment-changes.js';

/**
 * Whoever has arrived goes into the lists their record is to be in, and out of those it is not to be in any more.
 *
 * @param untag tags that are left to be taken away, which are segments as well
 * @returns the results, with those whose lists could not be changed turned into failures, so that they are due again
 */
export async function intoLists(
  segments: SegmentChanges,
  results: readonly RecordResult[],
  jobs: readonly Job[],
  untag: readonly SegmentChange[],
): Promise<readonly RecordResult[]> {
  const arrived = new Set(results.flatMap(({ status, profileId }) => (status === 'delivered' ? profileId : [])));
  const changes = jobs.flatMap((job) => {
    const { profileId, listsToRemove } = job.record;
    const change = (isIn: boolean) => (segment: string) => ({ profileId, email: job.email, segment, isIn });
    return [...listsToAdd(job).map(change(true)), ...listsToRemove.map(change(false))];
  });
  const wanted = [...changes, ...untag].filter(({ profileId }) => arrived.has(profileId));
  const failures = wanted.length === 0 ? new Map<string, DeliveryError>() : await segments.carryOut(wanted);
  return results.map((result): RecordResult => {
    const error = failures.get(result.profileId);
    return error === undefined ? result : { profileId: result.profileId, status: 'failed', error };
  });
}
