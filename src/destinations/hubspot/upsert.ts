import { DeliveryError } from '../delivery-error.js';
import type { DeliveredRecord, OutgoingRecord, RecordResult, UpsertRequest } from '../destination.js';
import type { Account } from './account.js';
import { sortByOwner } from './adopt-contacts.js';
import { addressesOf, upsertContacts } from './api/contacts.js';
import { BatchDelivery } from './batch-delivery.js';
import { linkCompanies } from './companies/link-companies.js';
import { emailConsent } from './consent/email-consent.js';
import { comparableKey } from './contact-key.js';
import { planContacts } from './contact-plan.js';
import { type ContactWrite, isIdle } from './contact-write.js';
import { ownerOf } from './culprit.js';
import { type FollowUp, followUp } from './follow-up.js';
import { Contradictions } from './contradictions.js';
import { forceStages, seeStages } from './lifecycle-stage.js';
import { ownedLists } from './lists/owned-lists.js';
import { toMappingOptions } from './mapping-options.js';
import { hasMoved, toMemo } from './memo.js';
import { isAstray, moveContacts, updateOwners } from './moved-contacts.js';

export const batchSize = 100;

/** What is done once the contacts themselves are there, in this order. */
const followUps: readonly FollowUp[] = [seeStages, forceStages, ownedLists, emailConsent, linkCompanies];

type Results = Map<string, RecordResult>;

/**
 * See `Connection.upsert`. One call per hundred records, unless HubSpot refuses one of them, tags have to go, or a key has
 * changed.
 */
export async function upsert(account: Account, request: UpsertRequest): Promise<readonly RecordResult[]> {
  const results: Results = new Map();
  for (const records of rounds(request.keyField, request.records))
    await settle(results, records, () => upsertRound(account, { ...request, records }));
  return [...results.values()];
}

/** Records with different keys, at most a hundred. */
async function upsertRound(account: Account, request: UpsertRequest): Promise<RecordResult[]> {
  const options = toMappingOptions(request.options);
  const writes = await planContacts(account, request);
  const contradictions = new Contradictions(account);
  const results = await writeContacts(account, request, writes, contradictions);
  const contradicted = contradictions.concerned(request.records);
  await settle(results, contradicted, () => writeAnew(account, request, results, contradictions));
  const delivered = writes.flatMap((write) => {
    const result = results.get(write.record.profileId);
    return result?.status === 'delivered' ? [{ write, result }] : [];
  });
  const followed = await followUp(account, { ...request, options }, delivered, followUps);
  return [...new Map([...results, ...followed]).values()];
}

async function writeContacts(
  account: Account,
  request: UpsertRequest,
  writes: readonly ContactWrite[],
  contradictions: Contradictions,
): Promise<Results> {
  const { keyField } = request;
  const moved = writes.filter(({ record }) => hasMoved(keyField, record));
  const others = writes.filter(({ record }) => !hasMoved(keyField, record));
  const results: Results = new Map();
  for (const write of others.filter(isIdle)) results.set(write.record.profileId, unchanged(keyField, write));
  await settle(results, recordsOf(moved), () => moveContacts(account, keyField, moved, contradictions));

  const astray = recordsOf(moved).filter(({ profileId }) => isAstray(results.get(profileId)));
  for (const { profileId } of astray) results.delete(profileId);
  const due = [...others.filter((write) => !isIdle(write)), ...(await planAnew(account, request, astray))];
  await settle(results, recordsOf(due), () => upsertOrAdopt(account, keyField, due, contradictions));
  return results;
}

/** What was left out because a choice is gone, once more. It costs nothing when there is nothing of the kind. */
async function writeAnew(
  account: Account,
  request: UpsertRequest,
  results: Results,
  contradictions: Contradictions,
): Promise<RecordResult[]> {
  const planned = await contradictions.planAnew(request, results);
  const isFit = ({ write }: (typeof planned)[number]): boolean => Object.keys(write.properties).length > 0;
  const fit = planned.filter(isFit).map(({ write }) => write);
  const again = fit.length === 0 ? [] : await upsertByKey(account, request.keyField, fit, new Contradictions(account));
  const found = new Map(again.map((result) => [result.profileId, result]));
  return planned.flatMap(({ write, before }) => {
    const result = found.get(before.profileId);
    if (result === undefined) return [{ ...before, dropped: [...before.dropped, ...write.dropped] }];
    // Refused for good: it stays delivered without.
    return result.status === 'delivered' ? [{ ...before, dropped: [...before.dropped, ...result.dropped] }] : [];
  });
}

/** By the key; whom HubSpot has already under the e-mail address gets the key. */
async function upsertOrAdopt(
  account: Account,
  keyField: string,
  writes: readonly ContactWrite[],
  contradictions: Contradictions,
): Promise<RecordResult[]> {
  const { byKey, adopted, refused } = await sortByOwner(account, keyField, writes);
  const results: Results = new Map(refused.map((result) => [result.profileId, result]));
  await settle(results, recordsOf(adopted), () => moveContacts(account, keyField, adopted, contradictions));
  await settle(results, recordsOf(byKey), () => upsertByKey(account, keyField, byKey, contradictions));
  const owned = keyField === 'email' ? byKey.flatMap((write) => ofOwner(write, results)) : [];
  if (owned.length > 0) await settle(results, recordsOf(owned), () => updateOwners(account, owned, contradictions));
  return [...results.values()];
}

/** A conflict says who has the address: that contact is the person's. */
function ofOwner(write: ContactWrite, results: Results): ContactWrite[] {
  const result = results.get(write.record.profileId);
  const ownerId = result?.status === 'failed' ? ownerOf(result.error) : null;
  if (ownerId === null) return [];
  return [
    { ...write, record: { ...write.record, known: { remoteId: ownerId, memo: write.record.known?.memo ?? null } } },
  ];
}

/** By the key, so that nobody has to know whether a contact is there. */
function upsertByKey(
  { client }: Account,
  keyField: string,
  writes: readonly ContactWrite[],
  contradictions: Contradictions,
): Promise<RecordResult[]> {
  const delivery = new BatchDelivery({
    keyField,
    idOf: ({ record }) => record.key,
    send: (batch) =>
      upsertContacts(
        client,
        keyField,
        batch.map(({ record: { key, profileId }, properties }) => ({ key, traceId: profileId, properties })),
      ),
    addressesOf: (contactId) => addressesOf(client, contactId),
    onContradiction: (write, dropped) => contradictions.add(write, dropped),
  });
  return delivery.run(writes);
}

/** As if HubSpot had never held them. */
async function planAnew(
  account: Account,
  request: UpsertRequest,
  records: readonly OutgoingRecord[],
): Promise<readonly ContactWrite[]> {
  if (records.length === 0) return [];
  return planContacts(account, { ...request, records: records.map((record) => ({ ...record, known: null })) });
}

/**
 * Adds the results of one step. When a limit or an outage ends it, its records have failed with that.
 *
 * @throws DeliveryError when nothing has been settled before: then the whole request is to be repeated
 */
async function settle(
  results: Results,
  records: readonly OutgoingRecord[],
  step: () => Promise<readonly RecordResult[]>,
): Promise<void> {
  try {
    for (const result of await step()) results.set(result.profileId, result);
  } catch (error) {
    if (!(error instanceof DeliveryError) || results.size === 0) throw error;
    for (const { profileId } of records) results.set(profileId, { profileId, status: 'failed', error });
  }
}

const recordsOf = (writes: readonly ContactWrite[]): OutgoingRecord[] => writes.map(({ record }) => record);

const unchanged = (keyField: string, { record, dropped }: ContactWrite): DeliveredRecord => ({
  profileId: record.profileId,
  status: 'delivered',
  remoteId: record.known?.remoteId ?? '',
  created: false,
  memo: toMemo(keyField, record),
  dropped,
});

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
