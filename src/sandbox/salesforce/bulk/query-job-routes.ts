import { z } from 'zod';
import type { Org } from '../org.js';
import { salesforceTime } from '../records/incoming-value.js';
import { parseBody } from '../rest/read-request.js';
import { badRequest, notFound } from '../rest/rest-error.js';
import { noContent, ok, type RestAnswer, type RestCall, type RestRoute } from '../rest/rest-route.js';
import { runQuery } from '../soql/run-query.js';
import type { QueryJob } from './bulk-state.js';
import { delimiterOf, isDelimiter, writeCsv } from './csv.js';

const newJob = z.object({
  operation: z.enum(['query', 'queryAll']),
  query: z.string(),
  contentType: z.literal('CSV').default('CSV'),
  lineEnding: z.enum(['LF', 'CRLF']).default('LF'),
  columnDelimiter: z.string().refine(isDelimiter).default('COMMA'),
});
const path = '/jobs/query';

/**
 * Bulk API 2.0, reading: the result of a query as CSV, in parts.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm
 */
export const queryJobRoutes: readonly RestRoute[] = [
  { method: 'POST', path, handle: open },
  {
    method: 'GET',
    path,
    handle: ({ org }) => ok({ done: true, records: org.setup.queryJobs.map(shown), nextRecordsUrl: null }),
  },
  {
    method: 'GET',
    path: `${path}/:id`,
    handle: (call) => {
      const job = jobOf(call);
      advance(call.org, job, call.versionPath);
      return ok({
        ...shown(job),
        numberRecordsProcessed: Math.max(0, job.rows.length - 1),
        retries: 0,
        totalProcessingTime: 1,
      });
    },
  },
  {
    method: 'PATCH',
    path: `${path}/:id`,
    handle: (call) => {
      const job = jobOf(call);
      if (job.state === 'JobComplete')
        throw badRequest('INVALIDJOBSTATE', 'Aborting already Completed Job not allowed');
      job.state = 'Aborted';
      return ok(shown(job));
    },
  },
  {
    method: 'DELETE',
    path: `${path}/:id`,
    handle: (call) => {
      const job = jobOf(call);
      call.org.setup.queryJobs = call.org.setup.queryJobs.filter((one) => one !== job);
      return noContent;
    },
  },
  { method: 'GET', path: `${path}/:id/results`, handle: results },
];

function open(call: RestCall): RestAnswer {
  const { org, versionPath } = call;
  const given = parseBody(newJob, call);
  if (/\(\s*SELECT/i.test(given.query.split(/\bFROM\b/i)[0] ?? ''))
    throw badRequest('API_ERROR', 'Nested queries are not supported in a query job');
  const at = salesforceTime(org.clock.now());
  const job: QueryJob = {
    id: org.newId('750'),
    operation: given.operation,
    query: given.query,
    columnDelimiter: given.columnDelimiter,
    lineEnding: given.lineEnding,
    apiVersion: Number(versionPath.replace(/^.*\/v/, '')),
    createdById: org.caller.userId,
    createdDate: at,
    systemModstamp: at,
    state: 'UploadComplete',
    looks: 0,
    errorMessage: null,
    rows: [],
  };
  // A query that cannot be read is refused at once.
  rowsOf(org, job, versionPath);
  org.setup.queryJobs.push(job);
  return ok(shown(job));
}

function advance(org: Org, job: QueryJob, versionPath: string): void {
  if (job.state === 'UploadComplete') job.state = 'InProgress';
  else if (job.state === 'InProgress') {
    job.looks += 1;
    if (job.looks < org.setup.bulk.looksUntilDone) return;
    job.rows = rowsOf(org, job, versionPath);
    job.state = 'JobComplete';
  }
}

function rowsOf(org: Org, { operation, query }: QueryJob, versionPath: string): string[][] {
  const nest = (): unknown => null;
  const { rows } = runQuery(org, query, { includeDeleted: operation === 'queryAll', versionPath, nest });
  const flat = rows.map((row) => flattened(row));
  const header = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  return [header, ...flat.map((row) => header.map((name) => row[name] ?? ''))];
}

/** `Account.Name` instead of an object in an object. */
function flattened(row: Readonly<Record<string, unknown>>, prefix = ''): Record<string, string> {
  const cells = Object.entries(row).flatMap(([name, value]): [string, string][] => {
    if (name === 'attributes') return [];
    if (typeof value === 'object' && value !== null)
      return Object.entries(flattened({ ...value }, `${prefix}${name}.`));
    return [[prefix + name, typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)]];
  });
  return Object.fromEntries(cells);
}

function results(call: RestCall): RestAnswer {
  const job = jobOf(call);
  if (job.state !== 'JobComplete')
    throw badRequest('INVALIDJOBSTATE', `Cannot read the results of a job in the state ${job.state}`);
  const [header = [], ...rows] = job.rows;
  const start = Number(call.query.locator ?? 0);
  const end = start + Number(call.query.maxRecords ?? rows.length + 1);
  return {
    status: 200,
    body: writeCsv([header, ...rows.slice(start, end)], delimiterOf(job.columnDelimiter)),
    headers: {
      'content-type': 'text/csv; charset=UTF-8',
      'sforce-locator': end < rows.length ? String(end) : 'null',
      'sforce-numberofrecords': String(rows.slice(start, end).length),
    },
  };
}

function jobOf({ org, params }: RestCall): QueryJob {
  const job = org.setup.queryJobs.find(({ id }) => id.slice(0, 15) === params.id?.slice(0, 15));
  if (job === undefined) throw notFound();
  return job;
}

const shown = ({ rows: _rows, query: _query, looks: _looks, errorMessage: _error, ...job }: QueryJob): object => ({
  ...job,
  object: /\bFROM\s+(\w+)/i.exec(_query)?.[1] ?? '',
  concurrencyMode: 'Parallel',
  contentType: 'CSV',
  jobType: 'V2Query',
});
