import { z } from 'zod';
import type { Org } from '../org.js';
import { salesforceTime } from '../records/incoming-value.js';
import { parseBody } from '../rest/read-request.js';
import type { RestError } from '../rest/rest-error.js';
import { badRequest, notFound } from '../rest/rest-error.js';
import { noContent, ok, type RestAnswer, type RestCall, type RestRoute } from '../rest/rest-route.js';
import { ingestOperation, type IngestJob } from './bulk-state.js';
import { isDelimiter } from './csv.js';
import { abortIngest, runIngest } from './run-ingest.js';

const newJob = z.object({
  object: z.string(),
  operation: ingestOperation,
  externalIdFieldName: z.string().optional(),
  contentType: z.literal('CSV').default('CSV'),
  lineEnding: z.enum(['LF', 'CRLF']).default('LF'),
  columnDelimiter: z.string().refine(isDelimiter).default('COMMA'),
});
const stateChange = z.object({ state: z.enum(['UploadComplete', 'Aborted']) });
const keptMs = 7 * 86_400_000;
const path = '/jobs/ingest';

/**
 * Bulk API 2.0, writing: a job is opened, filled once, closed, and polled until it is done.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
 */
export const ingestRoutes: readonly RestRoute[] = [
  { method: 'POST', path, handle: open },
  {
    method: 'GET',
    path,
    handle: (call) =>
      ok({ done: true, records: jobsOf(call.org).map((job) => shown(job, call)), nextRecordsUrl: null }),
  },
  { method: 'PUT', path: `${path}/:id/batches`, handle: upload },
  { method: 'PATCH', path: `${path}/:id`, handle: changeState },
  {
    method: 'GET',
    path: `${path}/:id`,
    handle: (call) => {
      const job = jobOf(call);
      advance(call.org, job);
      return ok(progress(job, call));
    },
  },
  { method: 'DELETE', path: `${path}/:id`, handle: remove },
  ...(['successfulResults', 'failedResults', 'unprocessedRecords'] as const).map((result): RestRoute => ({
    method: 'GET',
    path: `${path}/:id/${result}`,
    handle: (call) => ({
      status: 200,
      body: jobOf(call)[result],
      headers: { 'content-type': 'text/csv; charset=UTF-8' },
    }),
  })),
];

function open(call: RestCall): RestAnswer {
  const { org } = call;
  const given = parseBody(newJob, call);
  const object = org.schema.readableByName(given.object);
  if (object === undefined) throw badRequest('INVALIDENTITY', `Unable to find object: ${given.object}`);
  const key = given.externalIdFieldName ?? null;
  if (given.operation === 'upsert' && key === null)
    throw badRequest('INVALIDJOB', 'InvalidJob : External ID was blank for ' + object.name);
  const field = key === null ? undefined : object.field(key);
  if (key !== null && field?.externalId !== true && field?.type !== 'id')
    throw badRequest(
      'INVALIDJOB',
      `InvalidJob : Field name provided, ${key} does not match an External ID, Salesforce Id, or indexed field for ${object.name}`,
    );
  const at = salesforceTime(org.clock.now());
  const job: IngestJob = {
    id: org.newId('750'),
    object: object.name,
    operation: given.operation,
    externalIdFieldName: key,
    columnDelimiter: given.columnDelimiter,
    lineEnding: given.lineEnding,
    apiVersion: Number(call.versionPath.replace(/^.*\/v/, '')),
    createdById: org.caller.userId,
    createdDate: at,
    systemModstamp: at,
    state: 'Open',
    looks: 0,
    errorMessage: null,
    processed: 0,
    failed: 0,
    csv: '',
    successfulResults: '',
    failedResults: '',
    unprocessedRecords: '',
  };
  org.setup.bulkJobs.push(job);
  return ok(shown(job, call));
}

function upload(call: RestCall): RestAnswer {
  const job = jobOf(call);
  if (job.state !== 'Open') throw wrongState(job, 'upload to');
  if (job.csv !== '') throw badRequest('INVALIDJOBSTATE', 'Found multiple contents for job: data can be uploaded once');
  job.csv = Buffer.isBuffer(call.body) ? call.body.toString('utf8') : '';
  if (job.csv === '') throw badRequest('INVALID_CONTENT_TYPE', 'The data has to come as text/csv and cannot be empty');
  return { status: 201 };
}

function changeState(call: RestCall): RestAnswer {
  const job = jobOf(call);
  const { state } = parseBody(stateChange, call);
  if (state === 'UploadComplete') {
    if (job.state !== 'Open') throw wrongState(job, 'close');
    job.state = 'UploadComplete';
  } else {
    if (!['Open', 'UploadComplete', 'InProgress'].includes(job.state)) throw wrongState(job, 'abort');
    abortIngest(job);
  }
  job.systemModstamp = salesforceTime(call.org.clock.now());
  return ok(shown(job, call));
}

/** Each look at a closed job brings it one step further. */
function advance(org: Org, job: IngestJob): void {
  const { bulk } = org.setup;
  if (job.state === 'UploadComplete') job.state = 'InProgress';
  else if (job.state === 'InProgress') {
    job.looks += 1;
    if (job.looks < bulk.looksUntilDone) return;
    const failsAfterRows = bulk.nextFailsAfterRows;
    bulk.nextFailsAfterRows = null;
    runIngest(org, job, failsAfterRows);
  } else return;
  job.systemModstamp = salesforceTime(org.clock.now());
}

function remove(call: RestCall): RestAnswer {
  const job = jobOf(call);
  if (job.state === 'Open' || job.state === 'InProgress') throw wrongState(job, 'delete');
  call.org.setup.bulkJobs = call.org.setup.bulkJobs.filter((one) => one !== job);
  return noContent;
}

/** Jobs are forgotten after seven days. */
const jobsOf = ({ setup, clock }: Org): readonly IngestJob[] =>
  setup.bulkJobs.filter(
    ({ createdDate }) => clock.now().getTime() - Date.parse(createdDate.replace('+0000', 'Z')) < keptMs,
  );

function jobOf({ org, params }: RestCall): IngestJob {
  const job = jobsOf(org).find(({ id }) => id.slice(0, 15) === params.id?.slice(0, 15));
  if (job === undefined) throw notFound();
  return job;
}

const wrongState = ({ state }: IngestJob, what: string): RestError =>
  badRequest('INVALIDJOBSTATE', `Cannot ${what} a job in the state ${state}`);

function shown(job: IngestJob, { versionPath }: RestCall): object {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: job.createdDate,
    systemModstamp: job.systemModstamp,
    state: job.state,
    ...(job.externalIdFieldName === null ? {} : { externalIdFieldName: job.externalIdFieldName }),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.apiVersion,
    contentUrl: `${versionPath.slice(1)}/jobs/ingest/${job.id}/batches`,
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
  };
}

const progress = (job: IngestJob, call: RestCall): object => ({
  ...shown(job, call),
  jobType: 'V2Ingest',
  numberRecordsProcessed: job.processed,
  numberRecordsFailed: job.failed,
  retries: 0,
  totalProcessingTime: job.processed,
  apiActiveProcessingTime: job.processed,
  apexProcessingTime: 0,
});
