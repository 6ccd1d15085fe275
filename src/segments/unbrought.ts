import type { Batch, BatchProfile } from '../events/batch.js';

const openBackfills = {
  name: 'segment-backfills-open',
  text: `SELECT segment, cursor::text AS cursor FROM segment_backfills WHERE state IN ('waiting', 'running') AND segment = ANY ($1::text[])`,
};

/**
 * The clock makes a person be asked about every rule that looks at time, also one that is new and has not been brought to them yet. What
 * that one changes was changed by the rule and not by the moment: triggers must be able to tell.
 */
export async function markUnbrought(
  batch: Batch,
  asked: readonly { readonly held: BatchProfile; readonly doubtful: ReadonlySet<string> }[],
): Promise<void> {
  const segments = new Set(asked.flatMap(({ doubtful }) => [...doubtful]));
  if (segments.size === 0) return;
  const rows = await batch.query<{ segment: string; cursor: string | null }>(openBackfills, [[...segments]]);
  if (rows.length === 0) return;
  const cursors = new Map(rows.map(({ segment, cursor }) => [segment, cursor ?? '']));
  for (const { held, doubtful } of asked)
    held.segmentChanges.forEach((change, index) => {
      const cursor = cursors.get(change.segment);
      if (doubtful.has(change.segment) && cursor !== undefined && held.profile.id > cursor)
        held.segmentChanges[index] = { ...change, cause: 'backfill' };
    });
}
