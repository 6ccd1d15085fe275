import { z } from 'zod';
import { DeliveryError } from '../delivery-error.js';
import type { SalesforceClient } from './client.js';

const allowance = z.object({ Max: z.number(), Remaining: z.number() });
const limitsAnswer = z.object({
  DailyApiRequests: allowance,
  DailyBulkV2QueryJobs: allowance.optional(),
  DailyBulkApiBatches: allowance.optional(),
  SingleEmail: allowance.optional(),
  DailyStreamingApiEvents: allowance.optional(),
});
export type OrgLimits = z.infer<typeof limitsAnswer>;

/**
 * What the org has left of the last 24 hours; null: the integration user may not see it ("View Setup and Configuration").
 * Also tells whoever divides the day's calls between sync and enrichment.
 */
export async function readLimits(client: SalesforceClient): Promise<OrgLimits | null> {
  try {
    const limits = await client.request(
      { operation: 'limits', repeatable: true },
      { method: 'GET', url: '/limits' },
      limitsAnswer,
    );
    const { Max, Remaining } = limits.DailyApiRequests;
    client.context.reportUsage({ limit: Max, remaining: Remaining, resetsAt: null });
    return limits;
  } catch (error) {
    if (error instanceof DeliveryError && error.kind === 'misconfigured') return null;
    throw error;
  }
}

const versions = z.array(z.object({ version: z.string() }));

/** The newest version of the API that the org speaks. */
export async function newestVersion(client: SalesforceClient): Promise<string | null> {
  const url = '/services/data';
  const found = await client.request({ operation: 'versions', repeatable: true }, { method: 'GET', url }, versions);
  return found.map(({ version }) => version).sort((one, other) => Number(other) - Number(one))[0] ?? null;
}
