import { type DatabaseFailure, databaseFailure } from '../database/database-failure.js';
import { BatchConflictError } from '../events/batch.js';

/**
 * Why a batch failed, and so what to do:
 * - `conflict`: another transaction came in between; the same batch again
 * - `unavailable`: PostgreSQL cannot be used now; the callers are told to try again
 * - `bad`: one of the events cannot be processed; halve the batch until it is alone
 */
export const batchFailure = (error: unknown): DatabaseFailure =>
  error instanceof BatchConflictError ? 'conflict' : databaseFailure(error);
