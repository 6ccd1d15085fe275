import { decidedAt, type Job } from './job.js';
import type { OptOuts } from './opt-outs.js';

/** Mailchimp's clock and ours may differ by this much. */
const clockSkewMs = 5 * 60_000;

/**
 * What has to be known before batches go out. New people can only be mistaken for somebody who was archived after the grant;
 * a large load of them need not ask again every second. Members may have opted out in either way, and a row of theirs
 * would undo it, so they are looked up every time.
 */
export async function lookUpOptOuts(
  optOuts: OptOuts,
  fresh: readonly Job[],
  updates: readonly Job[],
  inLoad: boolean,
): Promise<void> {
  const lastSeen = updates.map(({ memo }) => (memo === null ? null : new Date(memo.seenAt.getTime() - clockSkewMs)));
  const since = [...fresh.map(decidedAt), ...lastSeen];
  if (since.length > 0) await optOuts.refresh('archived', earliest(since), inLoad && updates.length === 0);
  if (updates.length > 0) await optOuts.refresh('unsubscribed', earliest(lastSeen), false);
}

/** For contacts that turned out to be there: who was unsubscribed after the grant we have. */
export async function lookUpUnsubscribed(optOuts: OptOuts, jobs: readonly Job[]): Promise<void> {
  const granted = jobs.filter(({ decision }) => decision !== null);
  if (granted.length > 0) await optOuts.refresh('unsubscribed', earliest(granted.map(decidedAt)), false);
}

/** null stands for "ever" and is earlier than anything. */
function earliest([first = null, ...rest]: readonly (Date | null)[]): Date | null {
  return rest.reduce((earlier, date) => {
    if (earlier === null || date === null) return null;
    return date < earlier ? date : earlier;
  }, first);
}
