import { DeliveryError } from '../delivery-error.js';
import type { FailedRecord, Json, OutgoingRecord, RecordResult } from '../destination.js';
import { emailOptOutField, withdrawsEmail } from './consent-fields.js';
import { readMemo, writeMemo } from './memo.js';
import type { OutgoingRow } from './outgoing-row.js';
import type { SavedOutcome } from './save-rows.js';
import { complaintError } from './to-delivery-error.js';

/** What delivery learns about a row that was sent. */
export function toResult(outcome: SavedOutcome, keyField: string): RecordResult {
  const { record, values, dropped, complete } = outcome.row;
  if ('failure' in outcome) return failed(record, outcome.failure);
  if ('complaints' in outcome) {
    const [complaint] = outcome.complaints;
    return failed(record, complaint === undefined ? unexplained() : complaintError(complaint, 200, keyField));
  }
  const { id, created } = outcome.saved;
  const boxIsTicked = values[emailOptOutField] === true || (readMemo(record).optedOutOfEmail && !created);
  return {
    profileId: record.profileId,
    status: 'delivered',
    remoteId: id,
    created: created && !complete,
    memo: memoOf(record, boxIsTicked),
    dropped,
  };
}

/** A known record of which nothing was left to write. */
export function deliveredWithoutCall({ record, dropped }: OutgoingRow): RecordResult {
  const { profileId, known } = record;
  const memo = memoOf(record, readMemo(record).optedOutOfEmail);
  return { profileId, status: 'delivered', remoteId: known?.remoteId ?? '', created: false, memo, dropped };
}

export const failed = ({ profileId }: OutgoingRecord, error: DeliveryError): FailedRecord => ({
  profileId,
  status: 'failed',
  error,
});

const memoOf = (record: OutgoingRecord, boxIsTicked: boolean): Json =>
  writeMemo({ key: record.key, optedOutOfEmail: withdrawsEmail(record) && boxIsTicked });

const unexplained = (): DeliveryError =>
  new DeliveryError('rejected', 'Salesforce refused the record without a reason', { code: 'UNKNOWN' });
