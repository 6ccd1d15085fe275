import { DeliveryError } from '../delivery-error.js';
import { afterSave } from './after-save.js';
import { askAlone } from './ask-alone.js';
import type { OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import { toRow, type OutgoingRow } from './outgoing-row.js';
import { saveInBulk } from './bulk/save-in-bulk.js';
import { hasMoved } from './memo.js';
import { kindsOf } from './person-kind.js';
import { unseen } from './place.js';
import { prepareRows, type PlannedRow } from './prepare-rows.js';
import { deliveredWithoutCall, failed, toResult } from './record-result.js';
import { remedied } from './remedy.js';
import { comparableKey, type RowPlan } from './row-plan.js';
import { saveOrFail, saveRows, type SavedOutcome } from './save-rows.js';
import { writePlanOf, type Tools, type WritePlan } from './write-plan.js';

/** A schema older than this is read again before a field is left out because of it. */
const trustedForMs = 60_000;

/** Codes that say that the org's fields are no longer what we read. */
const outdatedSchemaCodes: ReadonlySet<string | undefined> = new Set([
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'NOT_FOUND',
  'KEY_FIELD_UNUSABLE',
]);

/** The record whose id we know is not the one to write to any more: it is looked for again. */
const movedOnCodes: ReadonlySet<string> = new Set([
  'ENTITY_IS_DELETED',
  'INVALID_CROSS_REFERENCE_KEY',
  'CANNOT_UPDATE_CONVERTED_LEAD',
]);

/**
 * Upserts in one call for up to 200 records, with one read before it where tags, a missing last name or a person who has to be
 * looked for ask for one, and one more call after it for rows that can be saved with less.
 *
 * @throws DeliveryError when one reason stopped all records
 */
export const upsertRecords = (tools: Tools, request: UpsertRequest): Promise<readonly RecordResult[]> =>
  upsertIn(tools, request, { batchSize: tools.client.settings.recordsPerCall, save: saveRows });

/** The same for very many records at once: what can be goes through one bulk job. */
export const upsertManyRecords = (tools: Tools, request: UpsertRequest): Promise<readonly RecordResult[]> =>
  upsertIn(tools, request, { batchSize: request.records.length, save: saveInBulk(tools.openJobs) });

interface Means {
  readonly batchSize: number;
  readonly save: typeof saveRows;
}

async function upsertIn(
  tools: Tools,
  request: UpsertRequest,
  { batchSize, save }: Means,
): Promise<readonly RecordResult[]> {
  const { schemas } = tools;
  const forgetSchemas = (): void => kindsOf(request.object).forEach(({ sobject }) => schemas.forget(sobject));
  try {
    await tools.openJobs.settleOrphans();
    const plans = await freshEnoughPlan(tools, request);
    const { first, again } = splitByKey(request.records, plans[0]);
    const results: RecordResult[] = again.map((record) => failed(record, keyRepeated()));
    for (let start = 0; start < first.length; start += batchSize) {
      const batch = first.slice(start, start + batchSize);
      const { done, outdated } = await upsertBatch(tools, plans, batch, save).catch(failAll(batch, results));
      if (outdated) forgetSchemas();
      results.push(...done);
    }
    return results;
  } catch (error) {
    if (error instanceof DeliveryError && outdatedSchemaCodes.has(error.details.code)) forgetSchemas();
    throw error;
  }
}

/** An admin may have made the field or the picklist value a moment ago. */
async function freshEnoughPlan(tools: Tools, request: UpsertRequest): Promise<WritePlan> {
  const plans = await writePlanOf(tools, request).catch((error: unknown) => {
    if (error instanceof DeliveryError && error.details.code === 'KEY_FIELD_UNUSABLE') return null;
    throw error;
  });
  const leavesOut = plans?.some((plan) =>
    request.records.some((record) => toRow(record, unseen(plan.kind), plan).dropped.length > 0),
  );
  return plans === null || leavesOut === true ? writePlanOf(tools, request, trustedForMs) : plans;
}

interface BatchOutcome {
  readonly done: readonly RecordResult[];
  /** The org's fields turned out to be others than we had read. */
  readonly outdated: boolean;
}

interface PlannedOutcome {
  readonly outcome: SavedOutcome;
  readonly plan: RowPlan;
}

async function upsertBatch(
  tools: Tools,
  plans: WritePlan,
  records: readonly OutgoingRecord[],
  save: typeof saveRows,
): Promise<BatchOutcome> {
  const { rows: alone, stuck } = await prepareRows(tools, plans, records).catch(notTheRecordsFault);
  const rows = await tools.accounts.withAccounts(tools, plans, alone).catch(notTheRecordsFault);
  const idle = rows.filter(isIdle);
  const busy = rows.filter((planned) => !isIdle(planned));
  const saved = await saveAll(tools, plans, busy, save);
  const mended: PlannedRow[] = [];
  const lost: OutgoingRecord[] = [];
  const final: PlannedOutcome[] = [];
  for (const { outcome, plan } of saved) {
    const again = 'complaints' in outcome ? remedied(outcome.row, outcome.complaints, plan) : null;
    if (again !== null) mended.push({ row: again, plan });
    else if (hasMovedOn(outcome)) lost.push({ ...outcome.row.record, known: null });
    else final.push({ outcome, plan });
  }
  const found = await prepareRows(tools, plans, lost).catch(notTheRecordsFault);
  final.push(...(await saveAll(tools, plans, [...mended, ...found.rows], saveOrFail)));
  const explained = await explainedBy(tools, plans, final);
  const results = [
    ...idle.map(({ row, plan }) => ({ row, plan, result: deliveredWithoutCall(row, plan) })),
    ...explained.map(({ outcome, plan }) => ({ row: outcome.row, plan, result: toResult(outcome, plan) })),
  ];
  const people = results.flatMap(({ row: { record }, plan: { kind }, result }) =>
    result.status === 'delivered' ? [{ record, kind, result }] : [],
  );
  return {
    done: [
      ...stuck,
      ...found.stuck,
      ...results.flatMap(({ result }) => (result.status === 'delivered' ? [] : [result])),
      ...(await afterSave(tools, plans, people)),
    ],
    outdated: saved.some(({ outcome }) => contradictsSchema(outcome)),
  };
}

/** Each kind of person is written for itself, those that are looked at first before those that are made. */
async function saveAll(
  { client }: Tools,
  plans: WritePlan,
  rows: readonly PlannedRow[],
  save: typeof saveRows,
): Promise<readonly PlannedOutcome[]> {
  const outcomes: PlannedOutcome[] = [];
  for (const plan of plans) {
    const some: readonly OutgoingRow[] = rows.filter(({ row }) => row.place.kind === plan.kind).map(({ row }) => row);
    if (some.length === 0) continue;
    const saved = await (outcomes.length === 0 ? save : saveOrFail)(client, plan, some);
    outcomes.push(...saved.map((outcome) => ({ outcome, plan })));
  }
  return outcomes;
}

async function explainedBy(
  { client }: Tools,
  plans: WritePlan,
  outcomes: readonly PlannedOutcome[],
): Promise<readonly PlannedOutcome[]> {
  const explained: PlannedOutcome[] = [];
  for (const plan of plans) {
    const some = outcomes.filter((one) => one.plan === plan).map(({ outcome }) => outcome);
    explained.push(...(await askAlone(client, plan, some)).map((outcome) => ({ outcome, plan })));
  }
  return explained;
}

/** A refused read, or a refused move of keys, says nothing about the records: they go again when the schema is fresh. */
function notTheRecordsFault(error: unknown): never {
  if (!(error instanceof DeliveryError) || error.kind !== 'rejected') throw error;
  throw new DeliveryError('transient', error.message, error.details);
}

/** Two records with one key would both be refused: the later one waits for the next call. */
function splitByKey(records: readonly OutgoingRecord[], { keyField }: RowPlan) {
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
    recordOnly: true,
  });

/** A known record of which nothing is left to write. */
const isIdle = ({ row: { record, place, values, complete } }: PlannedRow): boolean =>
  record.known !== null && !complete && Object.keys(values).length === 0 && (place.id === null || !hasMoved(record)); // a key that is written by id goes with the record

const hasMovedOn = (outcome: SavedOutcome): boolean =>
  outcome.row.place.id !== null &&
  outcome.row.record.known !== null &&
  'complaints' in outcome &&
  outcome.complaints.some(({ code }) => movedOnCodes.has(code));

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
