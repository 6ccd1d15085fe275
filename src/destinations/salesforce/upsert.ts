import { DeliveryError } from '../delivery-error.js';
import type { FailedRecord, OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import type { SalesforceClient } from './client.js';
import { comparableKey, readExisting } from './existing-records.js';
import { moveKeys } from './move-keys.js';
import { keyFieldOf, type ObjectSchema, type SchemaCache } from './object-schema.js';
import { mustRead, toRow, writableTagsField, type OutgoingRow, type RowPlan } from './outgoing-row.js';
import { deliveredWithoutCall, failed, toResult } from './record-result.js';
import { remedied } from './remedy.js';
import { saveOrFail, saveRows, type SavedOutcome } from './save-rows.js';
import type { SalesforceSettings } from './settings.js';
import type { DescribedField } from './wire.js';

export interface UpsertTools {
  readonly client: SalesforceClient;
  readonly schemas: SchemaCache;
  readonly settings: SalesforceSettings;
}

/** One upsert on its way. */
interface Job {
  readonly client: SalesforceClient;
  readonly object: string;
  readonly keyField: DescribedField;
  readonly plan: RowPlan;
}

/** A schema older than this is read again before a field is left out because of it. */
const trustedForMs = 60_000;

/** Codes that say that the org's fields are no longer what we read. */
const outdatedSchemaCodes: ReadonlySet<string | undefined> = new Set([
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'NOT_FOUND',
  'KEY_FIELD_UNUSABLE',
]);

/**
 * Upserts by an external id, in one call for up to 200 records, with one read before it where tags or a missing last name
 * ask for one, and one more call after it for rows that can be saved with less.
 *
 * @throws DeliveryError when one reason stopped all records
 */
export async function upsertRecords(tools: UpsertTools, request: UpsertRequest): Promise<readonly RecordResult[]> {
  const { client, schemas, settings } = tools;
  const { object } = request;
  const jobOn = (schema: ObjectSchema): Job => {
    const keyField = keyFieldOf(schema, request.keyField);
    const { lastNameFallback } = settings;
    const plan = { schema, keyField: keyField.name, tagsField: request.tagsField, lastNameFallback };
    return { client, object, keyField, plan };
  };
  try {
    let job = jobOn(await schemas.get(object));
    if (leavesOut(request.records, job.plan)) job = jobOn(await schemas.notOlderThan(object, trustedForMs));
    const { keyField } = job;
    const { recordsPerCall } = settings;
    const { first, again } = splitByKey(request.records, keyField);
    const results: RecordResult[] = again.map((record) => failed(record, keyRepeated()));
    for (let start = 0; start < first.length; start += recordsPerCall) {
      const batch = first.slice(start, start + recordsPerCall);
      const { done, outdated } = await upsertBatch(job, batch).catch(failAll(batch, results));
      if (outdated) schemas.forget(object);
      results.push(...done);
    }
    return results;
  } catch (error) {
    if (error instanceof DeliveryError && outdatedSchemaCodes.has(error.details.code)) schemas.forget(object);
    throw error;
  }
}

/** An admin may have made the field or the picklist value a moment ago. */
const leavesOut = (records: readonly OutgoingRecord[], plan: RowPlan): boolean =>
  records.some((record) => toRow(record, { exists: null, tags: null }, plan).dropped.length > 0);

interface BatchOutcome {
  readonly done: readonly RecordResult[];
  /** The org's fields turned out to be others than we had read. */
  readonly outdated: boolean;
}

async function upsertBatch(job: Job, records: readonly OutgoingRecord[]): Promise<BatchOutcome> {
  const { client, object, plan } = job;
  const { rows, stuck } = await prepareRows(job, records).catch(notTheRecordsFault);
  const idle = rows.filter(isIdle);
  const busy = rows.filter((row) => !isIdle(row));
  const outcomes = await saveRows(client, object, plan, busy);
  const mended = new Map<OutgoingRow, OutgoingRow>();
  for (const outcome of outcomes) {
    const row = 'complaints' in outcome ? remedied(outcome.row, outcome.complaints, plan) : null;
    if (row !== null) mended.set(outcome.row, row);
  }
  const again = await saveOrFail(client, object, plan, [...mended.values()]);
  const final = [...outcomes.filter(({ row }) => !mended.has(row)), ...again];
  return {
    done: [...stuck, ...idle.map(deliveredWithoutCall), ...final.map((outcome) => toResult(outcome, plan.keyField))],
    outdated: outcomes.some(contradictsSchema),
  };
}

/** What is sent for each record, after what has to be asked or moved first. */
async function prepareRows(
  { client, object, keyField, plan }: Job,
  records: readonly OutgoingRecord[],
): Promise<{ readonly rows: readonly OutgoingRow[]; readonly stuck: readonly FailedRecord[] }> {
  const moved = await moveKeys(client, object, keyField.name, records);
  const unsure = moved.ready.filter((record) => mustRead(record, plan));
  const tagsField = writableTagsField(plan.schema, plan.tagsField);
  const presentOf = await readExisting(client, object, keyField, tagsField, unsure);
  return { rows: moved.ready.map((record) => toRow(record, presentOf(record), plan)), stuck: moved.failed };
}

/** A refused read, or a refused move of keys, says nothing about the records: they go again when the schema is fresh. */
function notTheRecordsFault(error: unknown): never {
  if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
  throw new DeliveryError('transient', error.message, error.details);
}

/** Two records with one key would both be refused: the later one waits for the next call. */
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

const keyRepeated = (): DeliveryError =>
  new DeliveryError('transient', 'Another record of the same call has the same key: this one goes with the next', {
    code: 'KEY_REPEATED',
  });

/** A known record of which nothing is left to write. */
const isIdle = ({ record, values, complete }: OutgoingRow): boolean =>
  record.known !== null && !complete && Object.keys(values).length === 0;

const contradictsSchema = (outcome: SavedOutcome): boolean =>
  'complaints' in outcome && outcome.complaints.some(({ code }) => outdatedSchemaCodes.has(code));

/** What stops a later batch does not unsay what an earlier one reached. */
const failAll =
  (batch: readonly OutgoingRecord[], before: readonly RecordResult[]) =>
  (error: unknown): BatchOutcome => {
    if (before.length === 0 || !(error instanceof DeliveryError)) throw error;
    return {
      done: batch.map((record) => failed(record, error)),
      outdated: outdatedSchemaCodes.has(error.details.code),
    };
  };
