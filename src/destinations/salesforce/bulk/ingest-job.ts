import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { SalesforceClient } from '../client.js';
import { parseCsv, type CsvRow } from './csv.js';

const job = z.object({
  id: z.string(),
  state: z.enum(['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']),
  errorMessage: z.string().nullish(),
});
export type Job = z.infer<typeof job>;

const isOver = ({ state }: Job): boolean => state === 'JobComplete' || state === 'Failed' || state === 'Aborted';

const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** A job that takes longer is left to work on, and looked for again at the next write. */
const longestWaitMs = 10 * 60_000;

/** What a job does with its rows. */
export interface JobOrder {
  readonly object: string;
  /** null: rows are named by their Id. */
  readonly keyField: string | null;
}

const base = '/jobs/ingest';

/** @see https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/create_job.htm */
export function createJob(client: SalesforceClient, { object, keyField }: JobOrder): Promise<Job> {
  client.checkBudget();
  const operation =
    keyField === null ? { operation: 'update' } : { operation: 'upsert', externalIdFieldName: keyField };
  const body = { object, ...operation, contentType: 'CSV', lineEnding: 'LF', columnDelimiter: 'COMMA' };
  // A job that nobody uploads to does nothing, so one too many does no harm.
  return client.request({ operation: 'bulk.create', repeatable: true }, { method: 'POST', url: base, body }, job);
}

export async function upload(client: SalesforceClient, { id }: Job, csv: string, records: number): Promise<void> {
  const headers = { 'content-type': 'text/csv; charset=UTF-8' };
  const call = { operation: 'bulk.upload', records, repeatable: true };
  await client.request(call, { method: 'PUT', url: `${base}/${id}/batches`, body: csv, headers }, z.unknown());
  await setState(client, id, 'UploadComplete');
}

export const abort = (client: SalesforceClient, id: string): Promise<Job> => setState(client, id, 'Aborted');

const setState = (client: SalesforceClient, id: string, state: Job['state']): Promise<Job> =>
  client.request(
    { operation: `bulk.${state === 'Aborted' ? 'abort' : 'close'}`, repeatable: true },
    { method: 'PATCH', url: `${base}/${id}`, body: { state } },
    job,
  );

export const stateOf = (client: SalesforceClient, id: string): Promise<Job> =>
  client.request({ operation: 'bulk.state', repeatable: true }, { method: 'GET', url: `${base}/${id}` }, job);

/**
 * Waits until Salesforce works on it no more.
 * @throws DeliveryError `transient` when that takes too long
 */
export async function settled(client: SalesforceClient, id: string): Promise<Job> {
  const { now } = client.context;
  const startedMs = now().getTime();
  let pauseMs = firstPauseMs;
  for (;;) {
    const current = await stateOf(client, id);
    if (isOver(current)) return current;
    if (now().getTime() - startedMs > longestWaitMs)
      throw new DeliveryError('transient', `Salesforce still works on the bulk job ${id}`, {
        code: 'BULK_JOB_UNDER_WAY',
        retryAfterMs: 60_000,
      });
    await pause(pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

export interface JobResults {
  readonly successful: readonly CsvRow[];
  readonly failed: readonly CsvRow[];
}

/** Rows that are in neither were not worked on. Their order says nothing. */
export async function resultsOf(client: SalesforceClient, { id }: Job): Promise<JobResults> {
  const read = async (what: string): Promise<readonly CsvRow[]> => {
    const call = { operation: 'bulk.results', repeatable: true };
    return parseCsv(
      await client.request(call, { method: 'GET', url: `${base}/${id}/${what}/`, raw: true }, z.string()),
    );
  };
  return { successful: await read('successfulResults'), failed: await read('failedResults') };
}
