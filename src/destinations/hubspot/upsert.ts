import { DeliveryError } from '../delivery-error.js';
import type { OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import { BatchDelivery } from './batch-delivery.js';
import type { HubspotClient } from './client.js';
import { comparableKey } from './contact-key.js';
import { type ContactWrite, isIdle, toContactWrite, withWireValue } from './contact-write.js';
import type { Properties } from './property.js';
import type { PropertyCatalog } from './property-catalog.js';
import { planTags } from './tags.js';

export const batchSize = 100;

/** Definitions older than this are asked for again before a field is left out because of them. */
const trustedForMs = 60_000;
const renewableCodes = new Set(['PROPERTY_DOESNT_EXIST', 'INVALID_OPTION', 'READ_ONLY_VALUE']);

interface Account {
  readonly client: HubspotClient;
  readonly catalog: PropertyCatalog;
}

/** See `Connection.upsert`. One call per hundred records, unless HubSpot refuses one of them or tags have to go. */
export async function upsert(account: Account, request: UpsertRequest): Promise<readonly RecordResult[]> {
  const results: RecordResult[] = [];
  for (const records of rounds(request.keyField, request.records)) {
    try {
      results.push(...(await upsertRound(account, { ...request, records })));
    } catch (error) {
      if (!(error instanceof DeliveryError) || results.length === 0) throw error;
      results.push(...records.map(({ profileId }) => ({ profileId, status: 'failed' as const, error })));
    }
  }
  return results;
}

async function upsertRound(account: Account, request: UpsertRequest): Promise<readonly RecordResult[]> {
  const writes = await plan(account, request);
  const idle = writes.filter(isIdle).flatMap(unchanged);
  const due = writes.filter((write) => !isIdle(write));
  if (due.length === 0) return idle;
  const delivery = new BatchDelivery({
    client: account.client,
    keyField: request.keyField,
    onContradiction: () => account.catalog.forget(),
  });
  return [...idle, ...(await delivery.run(due))];
}

async function plan({ client, catalog }: Account, request: UpsertRequest): Promise<readonly ContactWrite[]> {
  let properties = await catalog.properties();
  if (contradicts(request, properties)) properties = await catalog.notOlderThan(trustedForMs);
  requireUniqueKey(request.keyField, properties);
  const { tagsField, records } = request;
  const writes = records.map((record) => toContactWrite(record, properties));
  if (tagsField === null) return writes;
  const tags = await planTags(client, catalog, properties, { ...request, tagsField });
  return writes.map((write) => {
    const value = tags.get(write.record.profileId);
    return value === undefined ? write : withWireValue(write, [tagsField, value]);
  });
}

/** Does the request speak of something that the definitions do not have? The account may have changed since. */
function contradicts({ keyField, tagsField, records }: UpsertRequest, properties: Properties): boolean {
  return (
    properties.get(keyField)?.unique !== true ||
    (tagsField !== null && properties.get(tagsField)?.kind !== 'options') ||
    records.some((record) => toContactWrite(record, properties).dropped.some(({ code }) => renewableCodes.has(code)))
  );
}

/** Not one record's fault: the mapping or the account has to be changed first, so everything waits. */
function requireUniqueKey(keyField: string, properties: Properties): void {
  const property = properties.get(keyField);
  if (property?.unique === true) return;
  const reason = property === undefined ? 'does not exist' : 'was not created with unique values';
  throw new DeliveryError(
    'unauthorized',
    `Contacts cannot be found by the property "${keyField}": it ${reason} in HubSpot`,
    {
      code: 'KEY_NOT_UNIQUE',
      field: keyField,
    },
  );
}

const unchanged = ({ record: { profileId, known }, dropped }: ContactWrite): RecordResult[] =>
  known === null
    ? []
    : [{ profileId, status: 'delivered', remoteId: known.remoteId, created: false, memo: null, dropped }];

/** HubSpot refuses a batch with the same key twice, so a second record with it goes into a later round. */
export function rounds(keyField: string, records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const open: { readonly keys: Set<string>; readonly records: OutgoingRecord[] }[] = [];
  for (const record of records) {
    const key = comparableKey(keyField, record.key);
    const after = open.findLastIndex(({ keys }) => keys.has(key)) + 1;
    const round = open.slice(after).find((candidate) => candidate.records.length < batchSize);
    if (round === undefined) open.push({ keys: new Set([key]), records: [record] });
    else {
      round.keys.add(key);
      round.records.push(record);
    }
  }
  return open.map((round) => round.records);
}
