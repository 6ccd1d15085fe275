import { DeliveryError } from '../delivery-error.js';
import type { DeliveredRecord, RecordResult, UpsertRequest } from '../destination.js';
import type { Account } from './account.js';
import type { ContactWrite } from './contact-write.js';
import type { MappingOptions } from './mapping-options.js';

/** A record whose contact HubSpot holds now. */
export interface DeliveredWrite {
  readonly write: ContactWrite;
  readonly result: DeliveredRecord;
}

export interface FollowUpRequest extends Omit<UpsertRequest, 'options' | 'records'> {
  readonly options: MappingOptions;
}

/** What has to be done after the contact itself, since it needs the contact's id: lists, subscriptions, the company. */
export interface FollowUp {
  concerns(request: FollowUpRequest, delivered: DeliveredWrite): boolean;
  /** @returns the new results of these records, with what could not be done as `dropped` @throws DeliveryError */
  run(
    account: Account,
    request: FollowUpRequest,
    delivered: readonly DeliveredWrite[],
  ): Promise<readonly RecordResult[]>;
}

/**
 * Takes the steps one after the other. A limit or an outage fails the records that the step concerns, and only those; they are due again,
 * and their contact, written already, costs nothing.
 */
export async function followUp(
  account: Account,
  request: FollowUpRequest,
  delivered: readonly DeliveredWrite[],
  steps: readonly FollowUp[],
): Promise<Map<string, RecordResult>> {
  const results = new Map<string, RecordResult>(delivered.map(({ result }) => [result.profileId, result]));
  for (const step of steps) {
    const concerned = stillDelivered(delivered, results).filter((one) => step.concerns(request, one));
    if (concerned.length === 0) continue;
    for (const result of await taken(account, request, concerned, step)) results.set(result.profileId, result);
  }
  return results;
}

function stillDelivered(
  delivered: readonly DeliveredWrite[],
  results: ReadonlyMap<string, RecordResult>,
): DeliveredWrite[] {
  return delivered.flatMap(({ write }) => {
    const result = results.get(write.record.profileId);
    return result?.status === 'delivered' ? [{ write, result }] : [];
  });
}

async function taken(
  account: Account,
  request: FollowUpRequest,
  concerned: readonly DeliveredWrite[],
  step: FollowUp,
): Promise<readonly RecordResult[]> {
  try {
    return await step.run(account, request, concerned);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return concerned.map(({ result: { profileId } }) => ({ profileId, status: 'failed', error }));
  }
}
