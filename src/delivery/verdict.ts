import { consequences, type DeliveryError } from '../destinations/delivery-error.js';

/** As records and actions come back. */
type Result = { readonly status: 'failed'; readonly error: DeliveryError } | { readonly status: string };

const isFailed = (result: Result): result is Extract<Result, { error: DeliveryError }> => 'error' in result;

/**
 * What the answers of one batch say about the destination as a whole; null: nothing. A provider that met its limit half-way, or
 * refused the credentials, says so record by record. One record that could not be written says nothing, all of them do.
 */
export function verdictOf(results: readonly Result[]): DeliveryError | null {
  const errors = results.flatMap((result) =>
    isFailed(result) && result.error.details.recordOnly !== true ? [result.error] : [],
  );
  const refused = errors.find(({ kind }) => consequences[kind].pauseDestination);
  if (refused !== undefined) return refused;
  const [slowest] = errors
    .filter(({ kind }) => kind === 'throttled')
    .sort((left, right) => (right.details.retryAfterMs ?? 0) - (left.details.retryAfterMs ?? 0));
  if (slowest !== undefined) return slowest;
  const allFailed = errors.length === results.length && errors.every(({ kind }) => consequences[kind].countsForBreaker);
  return allFailed ? (errors[0] ?? null) : null;
}
