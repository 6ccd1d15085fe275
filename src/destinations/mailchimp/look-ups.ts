import { decidedAt, type Job } from './job.js';
import type { OptOuts } from './opt-outs.js';

/** Mailchimp's clock and ours may differ by this much. */
const clockSkewMs = 5 * 60_000;

/**
 * Before new people go out in a batch: they can only be mistaken for somebody who was archived after the grant. A large load of them need
 * not ask again every second.
 */
export async function lookUpArchived(optOuts: OptOuts, fresh: readonly Job[], inLoad: boolean): Promise<void> {
  if (fresh.length > 0) await optOuts.refresh('archived', earliest(fresh.map(decidedAt)), inLoad);
}

/** Before members go out in a batch: they may have left in any way, which a row of theirs would undo, so it is always asked anew. */
export async function lookUpOptOuts(optOuts: OptOuts, updates: readonly Job[]): Promise<void> {
  if (updates.length === 0) return;
  const since = earliest(updates.map(({ memo }) => memo?.seenAt ?? null));
  await Promise.all(
    (['archived', 'unsubscribed', 'pending'] as const).map((status) => optOuts.refresh(status, since, false)),
  );
}

/** null stands for "ever" and is earlier than anything. */
function earliest([first = null, ...rest]: readonly (Date | null)[]): Date | null {
  const date = rest.reduce((earlier, one) => {
    if (earlier === null || one === null) return null;
    return one < earlier ? one : earlier;
  }, first);
  return date === null ? null : new Date(date.getTime() - clockSkewMs);
}
