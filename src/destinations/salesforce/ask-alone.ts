import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';
import { passAlerts } from './collections.js';
import { policyFor } from './error-table.js';
import { writesByKey, type RowPlan } from './row-plan.js';
import type { SavedOutcome } from './save-rows.js';

/** A rule that blocks everybody must not cost a call for everybody. */
const mostAskedPerBatch = 10;

const savedAlone = z.object({ id: z.string(), created: z.boolean().default(false) }).optional();

/**
 * A row of a collection that a duplicate rule blocks does not say which records it is like; the same record sent alone does.
 * By now it may also pass.
 */
export async function askAlone(
  client: SalesforceClient,
  plan: RowPlan,
  outcomes: readonly SavedOutcome[],
): Promise<readonly SavedOutcome[]> {
  const final: SavedOutcome[] = [];
  let asked = 0;
  for (const outcome of outcomes) {
    const ask = isToBeAsked(outcome, plan) && asked < mostAskedPerBatch;
    asked += ask ? 1 : 0;
    final.push(ask ? await sentAlone(client, plan, outcome) : outcome);
  }
  return final;
}

const isToBeAsked = (outcome: SavedOutcome, plan: RowPlan): boolean =>
  'complaints' in outcome &&
  outcome.complaints.some((complaint) => policyFor(complaint, 200, plan.keyField.name).remedy === 'ask_alone') &&
  (outcome.row.place.id !== null || writesByKey(plan)); // a plain create is never made twice

async function sentAlone(client: SalesforceClient, plan: RowPlan, { row }: SavedOutcome): Promise<SavedOutcome> {
  const { place, record, values } = row;
  const key = `${encodeURIComponent(plan.keyField.name)}/${encodeURIComponent(record.key)}`;
  const url = `/sobjects/${plan.kind.sobject}/${place.id ?? key}`;
  try {
    const call = { operation: 'sobject.upsert', records: 1, repeatable: true };
    const saved = await client.request(call, { method: 'PATCH', url, body: values, headers: passAlerts }, savedAlone);
    return { row, saved: { id: saved?.id ?? place.id ?? '', created: saved?.created ?? false } };
  } catch (error) {
    if (error instanceof DeliveryError) return { row, failure: error };
    throw error;
  }
}
