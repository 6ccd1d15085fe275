import type { Account } from '../account.js';
import { type ObjectType, objectFacts, objectWord } from '../object-types.js';
import { invalid, type Problem } from '../problem.js';
import type { Answer } from '../route.js';

const batchLimit = 100;

/** HubSpot promises no order; here it is never that of the inputs, so nobody relies on it. */
export function batchAnswer(
  account: Account,
  startedAt: string,
  results: readonly unknown[],
  errors: readonly unknown[] = [],
  success: 200 | 201 = 200,
): Answer {
  const body = { status: 'COMPLETE', results: results.toReversed(), startedAt, completedAt: account.now() };
  return errors.length === 0
    ? { status: success, body }
    : { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

export function checkSize(inputs: number, most = batchLimit): void {
  if (inputs > most)
    throw invalid(
      `The maximum number of inputs supported in a batch request is ${String(most)}. Please reduce the number of items and try again`,
    );
}

export function checkDuplicates(ids: readonly string[]): void {
  const seen = new Set<string>();
  const duplicates = new Set(ids.filter((id) => seen.size === seen.add(id).size));
  if (duplicates.size > 0)
    throw invalid(`Duplicate IDs found in batch input: [${[...duplicates].join(', ')}]. IDs must be unique`, {
      context: { ids: [...duplicates] },
    });
}

export function checkUnique(account: Account, type: ObjectType, property: string): void {
  if (!account.store(type).catalog.isUnique(property))
    throw invalid(
      `Unable to perform update/upsert by non-unique ${objectFacts(type).typeId} property ${property} in portal ID ${String(account.portalId)}`,
    );
}

export const recordError = ({ body }: Problem, traceId: string): unknown => ({
  status: 'error',
  category: body.category,
  message: body.message,
  context: { objectWriteTraceId: [traceId] },
});

export const missingError = (type: ObjectType, ids: readonly string[]): unknown => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: `Could not get some ${objectWord(type)} objects, they may be deleted or not exist. Check that ids are valid.`,
  context: { ids },
});
