import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import { savedRow, type SavedRow } from './wire.js';

export type WireValue = string | number | boolean | null;
export type WireRecord = Readonly<Record<string, WireValue>>;

/** Salesforce takes no more in one call of a collection. */
export const mostInCollection = 200;

/** Rules that only alert are passed; a rule that blocks still refuses the row. */
export const passAlerts = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };

/**
 * Up to 200 records in one call, each for itself (`allOrNone:false`), found or made by an external id.
 *
 * @returns one row per record, in the order of the records
 * @throws DeliveryError when Salesforce refused the call as a whole
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
 */
export function upsertRows(
  client: SalesforceClient,
  object: string,
  keyField: string,
  records: readonly WireRecord[],
): Promise<readonly SavedRow[]> {
  const url = `/composite/sobjects/${encodeURIComponent(object)}/${encodeURIComponent(keyField)}`;
  return save(client, { operation: 'collections.upsert', method: 'PATCH', url, repeatable: true }, object, records);
}

/** Like `upsertRows`, for records that are named by their `id`; those that are not there fail. */
export function updateRows(
  client: SalesforceClient,
  object: string,
  records: readonly WireRecord[],
): Promise<readonly SavedRow[]> {
  const call = {
    operation: 'collections.update',
    method: 'PATCH',
    url: '/composite/sobjects',
    repeatable: true,
  } as const;
  return save(client, call, object, records);
}

/** New records without a key: a call without an answer must not simply be made again. */
export function createRows(
  client: SalesforceClient,
  object: string,
  records: readonly WireRecord[],
  { repeatable = false } = {},
): Promise<readonly SavedRow[]> {
  const call = { operation: 'collections.create', method: 'POST', url: '/composite/sobjects', repeatable } as const;
  return save(client, call, object, records);
}

/** Rows of any number, 200 at a time. */
export async function inCollections<T>(
  items: readonly T[],
  send: (some: readonly T[]) => Promise<readonly SavedRow[]>,
): Promise<readonly SavedRow[]> {
  const rows: SavedRow[] = [];
  for (let start = 0; start < items.length; start += mostInCollection)
    rows.push(...(await send(items.slice(start, start + mostInCollection))));
  return rows;
}

/** Moves records to the recycle bin, 200 at a time. */
export function removeRows(client: SalesforceClient, ids: readonly string[]): Promise<readonly SavedRow[]> {
  return inCollections(ids, (some) => {
    client.checkBudget();
    const url = `/composite/sobjects?ids=${some.map(encodeURIComponent).join(',')}&allOrNone=false`;
    const call = { operation: 'collections.delete', records: some.length, repeatable: true };
    return client.request(call, { method: 'DELETE', url }, oneRowEach(some.length));
  });
}

interface Saving {
  readonly operation: string;
  readonly method: 'POST' | 'PATCH';
  readonly url: string;
  readonly repeatable: boolean;
}

function save(
  client: SalesforceClient,
  { operation, method, url, repeatable }: Saving,
  object: string,
  records: readonly WireRecord[],
): Promise<readonly SavedRow[]> {
  client.checkBudget();
  const body = { allOrNone: false, records: records.map((record) => ({ attributes: { type: object }, ...record })) };
  const call = { operation, records: records.length, repeatable };
  return client.request(call, { method, url, body, headers: passAlerts }, oneRowEach(records.length));
}

/** Salesforce promises one row per record, in order. Without that nobody can say which answer belongs to which record. */
const oneRowEach = (records: number) =>
  z.array(savedRow).transform((rows) => {
    if (rows.length === records) return rows;
    throw new DeliveryError('transient', `Salesforce answered ${rows.length} rows for ${records} records`, {
      code: 'RESULT_MISSING',
    });
  });
