import { z } from 'zod';

export const jobStates = ['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted'] as const;
export type JobState = (typeof jobStates)[number];

export const ingestOperation = z.enum(['insert', 'update', 'upsert', 'delete', 'hardDelete']);

/** A job of Bulk API 2.0 that writes. */
export const ingestJob = z.strictObject({
  id: z.string(),
  object: z.string(),
  operation: ingestOperation,
  externalIdFieldName: z.string().nullable(),
  columnDelimiter: z.string(),
  lineEnding: z.enum(['LF', 'CRLF']),
  apiVersion: z.number(),
  createdById: z.string(),
  createdDate: z.string(),
  systemModstamp: z.string(),
  state: z.enum(jobStates),
  /** How often somebody has looked at it while it was in progress. */
  looks: z.int().default(0),
  errorMessage: z.string().nullable().default(null),
  processed: z.int().default(0),
  failed: z.int().default(0),
  /** What was uploaded, until it has been worked on. */
  csv: z.string().default(''),
  successfulResults: z.string().default(''),
  failedResults: z.string().default(''),
  unprocessedRecords: z.string().default(''),
});
export type IngestJob = z.infer<typeof ingestJob>;

/** A job of Bulk API 2.0 that reads. */
export const queryJob = z.strictObject({
  id: z.string(),
  operation: z.enum(['query', 'queryAll']),
  query: z.string(),
  columnDelimiter: z.string(),
  lineEnding: z.enum(['LF', 'CRLF']),
  apiVersion: z.number(),
  createdById: z.string(),
  createdDate: z.string(),
  systemModstamp: z.string(),
  state: z.enum(jobStates),
  looks: z.int().default(0),
  errorMessage: z.string().nullable().default(null),
  /** Header first. */
  rows: z.array(z.array(z.string())).default([]),
});
export type QueryJob = z.infer<typeof queryJob>;

/** How jobs are played. */
export const bulkBehaviour = z.strictObject({
  /** A job is worked on when somebody has looked at it this often after it began: each look is one poll. */
  looksUntilDone: z.int().min(1).default(1),
  /** The next job stops as failed after this many rows; null: none does. */
  nextFailsAfterRows: z.int().min(0).nullable().default(null),
});
