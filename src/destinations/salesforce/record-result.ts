import { DeliveryError } from '../delivery-error.js';
import type { FailedRecord, Json, OutgoingRecord, RecordResult } from '../destination.js';
import { readMemo, writeMemo } from './memo.js';
import type { OutgoingRow } from './outgoing-row.js';
import { boxesToTick } from './opt-outs.js';
import type { OptOutBox, RowPlan } from './row-plan.js';
import type { SavedOutcome } from './save-rows.js';
import { complaintError } from './to-delivery-error.js';

/** What delivery learns about a row that was sent. */
export function toResult(outcome: SavedOutcome, { keyField, optOuts }: RowPlan): RecordResult {
  const { record, values, dropped, complete } = outcome.row;
  if ('failure' in outcome) return failed(record, outcome.failure);
  if ('complaints' in outcome) {
    const [complaint] = outcome.complaints;
    return failed(record, complaint === undefined ? unexplained() : complaintError(complaint, 200, keyField.name));
  }
  const { id, created } = outcome.saved;
  const before = created || complete ? [] : readMemo(record).ticked;
  const ticked = Object.keys(values).filter((name) => values[name] === true);
  return {
    profileId: record.profileId,
    status: 'delivered',
    remoteId: id,
    created: created && !complete,
    memo: memoOf(record, optOuts, [...before, ...ticked]),
    dropped,
  };
}

/** A known record of which nothing was left to write. */
export function deliveredWithoutCall({ record, dropped }: OutgoingRow, { optOuts }: RowPlan): RecordResult {
  const { profileId, known } = record;
  const memo = memoOf(record, optOuts, readMemo(record).ticked);
  return { profileId, status: 'delivered', remoteId: known?.remoteId ?? '', created: false, memo, dropped };
}

export const failed = ({ profileId }: OutgoingRecord, error: DeliveryError): FailedRecord => ({
  profileId,
  status: 'failed',
  error,
});

const memoOf = (record: OutgoingRecord, optOuts: readonly OptOutBox[], ticked: readonly string[]): Json =>
  writeMemo({
    key: record.key,
    ticked: boxesToTick(record, optOuts).filter((box) => ticked.includes(box)),
    consentsTold: readMemo(record).consentsTold,
  });

const unexplained = (): DeliveryError =>
  new DeliveryError('rejected', 'Salesforce refused the record without a reason', { code: 'UNKNOWN' });
