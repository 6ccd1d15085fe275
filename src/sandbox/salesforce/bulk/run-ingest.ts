import type { Org } from '../org.js';
import { fullId } from '../record-id.js';
import { deleteRecord, saveRecord, type SaveOutcome } from '../records/save-record.js';
import { RestError, type RestErrorEntry } from '../rest/rest-error.js';
import { externalIdField, repeatedKeys, upsertByKey, type IncomingRecord } from '../rest/upsert-by-key.js';
import type { OrgObject } from '../schema/org-object.js';
import type { IngestJob } from './bulk-state.js';
import { delimiterOf, readCsv, writeCsv } from './csv.js';
import { rowReader, UnreadableCell } from './read-rows.js';

/** Rows that Salesforce saves together. */
const chunkSize = 200;

type Save = (records: readonly IncomingRecord[]) => (record: IncomingRecord) => SaveOutcome;

/** Works a job off: afterwards it is complete or failed, and its results can be fetched. */
export function runIngest(org: Org, job: IngestJob, failsAfterRows: number | null): void {
  const delimiter = delimiterOf(job.columnDelimiter);
  const [header = [], ...rows] = readCsv(job.csv, delimiter);
  const object = org.schema.readableByName(job.object);
  const read = object === undefined ? `InvalidEntity : ${job.object}` : rowReader(org, object, header);
  if (object === undefined || typeof read === 'string') {
    fail(job, String(read), header, rows, delimiter);
    return;
  }
  const results = new Results(header, delimiter);
  const taken = failsAfterRows === null ? rows : rows.slice(0, failsAfterRows);
  // Chunks are worked off side by side: results come in another order than rows.
  for (let start = Math.floor(taken.length / chunkSize) * chunkSize; start >= 0; start -= chunkSize)
    saveChunk(org, taken.slice(start, start + chunkSize), read, saverOf(org, object, job), results);
  job.processed = taken.length;
  job.failed = results.failed;
  job.successfulResults = results.successfulCsv;
  job.failedResults = results.failedCsv;
  if (failsAfterRows === null) finish(job, 'JobComplete', header, [], delimiter);
  else fail(job, 'InternalServerError : The job was stopped', header, rows.slice(failsAfterRows), delimiter);
}

function finish(
  job: IngestJob,
  state: IngestJob['state'],
  header: readonly string[],
  left: string[][],
  delimiter: string,
): void {
  job.state = state;
  job.csv = '';
  job.unprocessedRecords = `${header.join(delimiter)}\n${writeCsv(left, delimiter)}`;
  job.successfulResults ||= `"sf__Id"${delimiter}"sf__Created"${delimiter}${header.join(delimiter)}\n`;
  job.failedResults ||= `"sf__Id"${delimiter}"sf__Error"${delimiter}${header.join(delimiter)}\n`;
}

function fail(job: IngestJob, why: string, header: readonly string[], left: string[][], delimiter: string): void {
  job.errorMessage = why;
  finish(job, 'Failed', header, left, delimiter);
}

/** Nothing of it was worked on: every row is left. */
export function abortIngest(job: IngestJob): void {
  const delimiter = delimiterOf(job.columnDelimiter);
  const [header = [], ...rows] = readCsv(job.csv, delimiter);
  finish(job, 'Aborted', header, rows, delimiter);
}

function saveChunk(
  org: Org,
  rows: readonly (readonly string[])[],
  read: (row: readonly string[]) => IncomingRecord,
  save: Save,
  results: Results,
): void {
  const records = rows.map((row) => readOrComplaint(() => read(row)));
  const saveOne = save(records.flatMap((record) => ('complaint' in record ? [] : [record.value])));
  for (const [index, row] of rows.entries()) {
    const record = records[index];
    if (record === undefined) continue;
    const outcome: SaveOutcome =
      'complaint' in record
        ? { objection: record.complaint }
        : org.transaction(
            () => outcomeOf(() => saveOne(record.value)),
            (result) => !('objection' in result),
          );
    if ('objection' in outcome) results.addFailed(outcome.objection, row);
    else results.addSuccessful(outcome, row);
  }
}

function readOrComplaint<T>(work: () => T): { readonly value: T } | { readonly complaint: RestErrorEntry } {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof UnreadableCell) return { complaint: error.entry };
    throw error;
  }
}

/** What ends a whole REST request ends only its row here. */
function outcomeOf(save: () => SaveOutcome): SaveOutcome {
  try {
    return save();
  } catch (error) {
    const entry = error instanceof RestError ? error.entries[0] : undefined;
    if (entry === undefined) throw error;
    return { objection: entry };
  }
}

function saverOf(org: Org, object: OrgObject, { operation, externalIdFieldName, apiVersion }: IngestJob): Save {
  // Jobs save duplicates that a rule only alerts to: there is nobody to ask.
  const options = { allowSave: true, versionPath: `/services/data/v${apiVersion.toFixed(1)}` };
  const byId = (
    record: IncomingRecord,
    work: (existing: ReturnType<typeof object.table.all>[number]) => SaveOutcome,
  ) => {
    const existing = object.table.get(typeof record.Id === 'string' ? fullId(record.Id) : '');
    return existing === undefined ? missing : work(existing);
  };
  const update = (record: IncomingRecord): SaveOutcome =>
    byId(record, (existing) => saveRecord(org, object, record, existing, options));
  if (operation === 'insert') return () => (record) => saveRecord(org, object, record, null, options);
  if (operation === 'update') return () => update;
  if (operation === 'upsert') {
    if (externalIdFieldName === null || externalIdFieldName === 'Id')
      return () => (record) =>
        record.Id === undefined ? saveRecord(org, object, record, null, options) : update(record);
    const field = externalIdField(object, externalIdFieldName);
    return (records) => {
      const repeated = repeatedKeys(field, records);
      return (record) => upsertByKey(org, object, field, record, repeated, options);
    };
  }
  return () => (record) =>
    byId(record, (existing) => {
      const objection = deleteRecord(org, object, existing);
      if (objection !== null) return { objection };
      if (operation === 'hardDelete') object.table.remove(existing.Id, null);
      return { id: existing.Id, created: false };
    });
}

const missing: SaveOutcome = {
  objection: { errorCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id', fields: [] },
};

/** Collects what became of each row, as the two CSV files Salesforce offers. Only the names of its own columns are quoted there. */
class Results {
  readonly #successful: (readonly string[])[] = [];
  readonly #failed: (readonly string[])[] = [];

  constructor(
    private readonly header: readonly string[],
    private readonly delimiter: string,
  ) {}

  addSuccessful({ id, created }: { readonly id: string; readonly created: boolean }, row: readonly string[]): void {
    this.#successful.push([id, String(created), ...row]);
  }

  addFailed({ errorCode, message, fields = [] }: RestErrorEntry, row: readonly string[]): void {
    const named = fields.length === 0 ? '' : `${fields.join(',')} `;
    this.#failed.push(['', `${errorCode}:${message}:${named}--`, ...row]);
  }

  get failed(): number {
    return this.#failed.length;
  }

  get successfulCsv(): string {
    return this.#csv('sf__Created', this.#successful);
  }

  get failedCsv(): string {
    return this.#csv('sf__Error', this.#failed);
  }

  #csv(own: string, rows: readonly (readonly string[])[]): string {
    const header = ['"sf__Id"', `"${own}"`, ...this.header].join(this.delimiter);
    return `${header}\n${writeCsv(rows, this.delimiter)}`;
  }
}
