import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import type { SalesforceClient } from './client.js';
import { emailOptOutField, withdrawsEmail } from './consent-fields.js';
import { comparableKey, readExisting, type ExistingRecords } from './existing-records.js';
import { readMemo, writeMemo } from './memo.js';
import { moveKeys } from './move-keys.js';
import { keyFieldOf, type SchemaCache } from './object-schema.js';
import { mustRead, toRow, writableTagsField, type OutgoingRow, type Present, type RowPlan } from './outgoing-row.js';
import { remedied } from './remedy.js';
import { saveOrFail, saveRows, type SavedOutcome } from './save-rows.js';
import type { SalesforceSettings } from './settings.js';
import { complaintError } from './to-delivery-error.js';
import type { DescribedField } from './wire.js';

export interface UpsertTools {
  readonly client: SalesforceClient;
  readonly schemas: SchemaCache;
  readonly settings: SalesforceSettings;
}

/** Codes that say that the org's fields are no longer what we read. */
const outdatedSchemaCodes = new Set(['INVALID_FIELD', 'INVALID_FIELD_FOR_INSERT_UPDATE', 'NOT_FOUND']);

/**
 * Upserts by an external id, in one call for up to 200 records, with one read before it where tags or a missing last name
 * ask for one, and one more call after it for rows that can be saved with less.
 */
export async function upsertRecords(tools: UpsertTools, request: UpsertRequest): Promise<readonly RecordResult[]> {
  const schema = await tools.schemas.get(request.object);
  const keyField = keyFieldOf(schema, request.keyField);
  const { lastNameFallback, recordsPerCall } = tools.settings;
  const plan = { schema, keyField: keyField.name, tagsField: request.tagsField, lastNameFallback };
  const { first, again } = splitByKey(request.records, keyField);
  const results = again.map(refuseRepeatedKey);
  for (let start = 0; start < first.length; start += recordsPerCall) {
    const batch = first.slice(start, start + recordsPerCall);
    results.push(...(await upsertBatch(tools, request.object, plan, keyField, batch).catch(failAll(batch, results))));
  }
  return results;
}

async function upsertBatch(
  { client, schemas }: UpsertTools,
  object: string,
  plan: RowPlan,
  keyField: DescribedField,
  records: readonly OutgoingRecord[],
): Promise<readonly RecordResult[]> {
  const { ready, failed } = await moveKeys(client, object, keyField.name, records);
  const unsure = ready.filter((record) => mustRead(record, plan));
  const tagsField = writableTagsField(plan.schema, plan.tagsField);
  const existing = await readExisting(client, object, keyField, tagsField, unsure).catch(
    forgetOutdated(schemas, object),
  );
  const rows = ready.map((record) => toRow(record, presentOf(record, existing), plan));
  const idle = rows.filter(isIdle);
  const outcomes = await saveRows(
    client,
    object,
    plan,
    rows.filter((row) => !isIdle(row)),
  ).catch(forgetOutdated(schemas, object));
  if (outcomes.some(contradictsSchema)) schemas.forget(object);
  const mended = new Map<OutgoingRow, OutgoingRow>();
  for (const outcome of outcomes) {
    const row = 'complaints' in outcome ? remedied(outcome.row, outcome.complaints, plan) : null;
    if (row !== null) mended.set(outcome.row, row);
  }
  const second = await saveOrFail(client, object, plan, [...mended.values()]);
  return [
    ...failed,
    ...idle.map(deliveredWithoutCall),
    ...outcomes.filter(({ row }) => !mended.has(row)).map((outcome) => toResult(outcome, plan)),
    ...second.map((outcome) => toResult(outcome, plan)),
  ];
}

/** Two records with one key in one call are refused both: the later one waits for the next call. */
function splitByKey(records: readonly OutgoingRecord[], keyField: DescribedField) {
  const first = new Map<string, OutgoingRecord>();
  const again: OutgoingRecord[] = [];
  for (const record of records) {
    const key = comparableKey(record.key, keyField);
    if (first.has(key)) again.push(record);
    else first.set(key, record);
  }
  return { first: [...first.values()], again };
}

function refuseRepeatedKey({ profileId }: OutgoingRecord): RecordResult {
  const message = 'Another record of the same call has the same key: this one goes with the next';
  return { profileId, status: 'failed', error: new DeliveryError('transient', message, { code: 'KEY_REPEATED' }) };
}

function presentOf(record: OutgoingRecord, existing: ExistingRecords): Present {
  const found = existing.tagsOf(record);
  if (found === 'unread') return { exists: null, tags: null };
  return found === 'missing' ? { exists: false, tags: null } : { exists: true, tags: found.tags };
}

/** A known record of which nothing is left to write. */
const isIdle = ({ record, values, complete }: OutgoingRow): boolean =>
  record.known !== null && !complete && Object.keys(values).length === 0;

const contradictsSchema = (outcome: SavedOutcome): boolean =>
  'complaints' in outcome && outcome.complaints.some(({ code }) => outdatedSchemaCodes.has(code));

/** A query or a call that names a field which is gone: the next attempt looks at the org anew. */
const forgetOutdated =
  (schemas: SchemaCache, object: string) =>
  (error: unknown): never => {
    if (error instanceof DeliveryError && outdatedSchemaCodes.has(error.details.code ?? '')) schemas.forget(object);
    throw error;
  };

/** What stops a later batch does not unsay what an earlier one reached. */
const failAll =
  (batch: readonly OutgoingRecord[], before: readonly RecordResult[]) =>
  (error: unknown): RecordResult[] => {
    if (before.length === 0 || !(error instanceof DeliveryError)) throw error;
    return batch.map(({ profileId }) => ({ profileId, status: 'failed', error }));
  };

function deliveredWithoutCall({ record, dropped }: OutgoingRow): RecordResult {
  const { profileId, known } = record;
  const memo = memoOf(record, readMemo(record).optedOutOfEmail);
  return { profileId, status: 'delivered', remoteId: known?.remoteId ?? '', created: false, memo, dropped };
}

const memoOf = (record: OutgoingRecord, boxIsTicked: boolean) =>
  writeMemo({ key: record.key, optedOutOfEmail: withdrawsEmail(record) && boxIsTicked });

function toResult(outcome: SavedOutcome, { keyField }: RowPlan): RecordResult {
  const { record, values, dropped, complete } = outcome.row;
  const { profileId } = record;
  if ('failure' in outcome) return { profileId, status: 'failed', error: outcome.failure };
  if ('saved' in outcome) {
    const { id, created } = outcome.saved;
    const memo = memoOf(record, values[emailOptOutField] === true || (readMemo(record).optedOutOfEmail && !created));
    return { profileId, status: 'delivered', remoteId: id, created: created && !complete, memo, dropped };
  }
  const [
    complaint = {
      code: 'UNKNOWN',
      message: 'Salesforce refused the record without a reason',
      fields: [],
      duplicates: [],
    },
  ] = outcome.complaints;
  return { profileId, status: 'failed', error: complaintError(complaint, 200, keyField) };
}
