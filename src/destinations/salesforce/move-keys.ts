import type { FailedRecord, OutgoingRecord } from '../destination.js';
import type { SalesforceClient } from './client.js';
import { inCollections, updateRows } from './collections.js';
import { vanishedCodes } from './error-table.js';
import { hasMoved } from './memo.js';
import { failed } from './record-result.js';
import type { RowPlan } from './row-plan.js';
import { complaintError } from './to-delivery-error.js';
import type { SavedRow } from './wire.js';

/**
 * Gives known records whose key has changed their new key, by their id, so that the upsert by key that follows finds them
 * and does not make them twice. No call where no key has changed.
 *
 * @returns the records to go on with, and those that cannot: somebody else holds the key
 */
export async function moveKeys(
  client: SalesforceClient,
  { kind, keyField }: RowPlan,
  records: readonly OutgoingRecord[],
): Promise<{ readonly ready: readonly OutgoingRecord[]; readonly failed: readonly FailedRecord[] }> {
  const moved = records.flatMap((record) => (hasMoved(record) ? [{ record, id: record.known?.remoteId ?? '' }] : []));
  if (moved.length === 0) return { ready: records, failed: [] };
  const answers = await inCollections(moved, (some) =>
    updateRows(
      client,
      kind.sobject,
      some.map(({ record, id }) => ({ id, [keyField.name]: record.key })),
    ),
  );
  const answerOf = new Map(moved.map(({ record }, index) => [record.profileId, answers[index]]));
  const ready: OutgoingRecord[] = [];
  const stuck: FailedRecord[] = [];
  for (const record of records) {
    const complaint = complaintOf(answerOf.get(record.profileId));
    if (complaint === null) ready.push(record);
    else if (vanishedCodes.has(complaint.code)) ready.push({ ...record, known: null });
    else stuck.push(failed(record, complaintError(complaint, 200)));
  }
  return { ready, failed: stuck };
}

function complaintOf(answer: SavedRow | undefined) {
  if (answer === undefined || answer.success) return null;
  return answer.errors[0] ?? null;
}
