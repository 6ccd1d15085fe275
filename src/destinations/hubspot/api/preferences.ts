import { z } from 'zod';
import type { HubspotClient } from '../client.js';

/** Version 4 is not in the SDK. Version 3, which is, cannot see or change "all e-mail". */
const base = '/communication-preferences/v4';
const channel = { channel: 'EMAIL' };
const statusesPath = (email: string): string => `${base}/statuses/${encodeURIComponent(email)}`;

const typesSchema = z.object({
  results: z.array(z.object({ id: z.coerce.string(), name: z.string() })).default([]),
});
export type SubscriptionType = z.infer<typeof typesSchema>['results'][number];

export async function subscriptionTypes(client: HubspotClient): Promise<SubscriptionType[]> {
  const { results } = await client.request({ operation: 'preferences.definitions', repeatable: true }, typesSchema, {
    method: 'GET',
    path: `${base}/definitions`,
  });
  return results;
}

const timestamp = z.coerce
  .date()
  .nullish()
  .catch(null)
  .transform((at) => at ?? null);
const statusesSchema = z.object({
  results: z.array(z.object({ subscriptionId: z.coerce.string(), status: z.string(), timestamp })).default([]),
});
/** `SUBSCRIBED`, `UNSUBSCRIBED` or `NOT_SPECIFIED`, and since when. */
export type SubscriptionStatus = z.infer<typeof statusesSchema>['results'][number];

export async function subscriptionStatuses(client: HubspotClient, email: string): Promise<SubscriptionStatus[]> {
  const { results } = await client.request({ operation: 'preferences.statuses', repeatable: true }, statusesSchema, {
    method: 'GET',
    path: statusesPath(email),
    query: channel,
  });
  return results;
}

const optOutSchema = z
  .object({ results: z.array(z.object({ status: z.string().default('UNSUBSCRIBED'), timestamp })).default([]) })
  .nullable();

/** Has the address opted out of all e-mail of the account? null: it has not. */
export async function optOutOfAll(client: HubspotClient, email: string): Promise<{ readonly at: Date | null } | null> {
  const answer = await client.request({ operation: 'preferences.optOutOfAll', repeatable: true }, optOutSchema, {
    method: 'GET',
    path: `${statusesPath(email)}/unsubscribe-all`,
    query: channel,
  });
  const optOut = answer?.results.find(({ status }) => status === 'UNSUBSCRIBED');
  return optOut === undefined ? null : { at: optOut.timestamp };
}

export async function unsubscribeFromAll(client: HubspotClient, email: string): Promise<void> {
  await client.request({ operation: 'preferences.unsubscribeFromAll', records: 1, repeatable: true }, z.unknown(), {
    method: 'POST',
    path: `${statusesPath(email)}/unsubscribe-all`,
    query: { ...channel, verbose: 'true' },
  });
}

export interface LegalBasis {
  readonly legalBasis: string;
  readonly legalBasisExplanation: string;
}

const changedSchema = z.object({ setStatusSuccessReason: z.string().nullish() }).nullable();

/**
 * HubSpot asks nobody whether the person has opted out before: this subscribes again whoever had unsubscribed. See `consent/subscribe.ts`.
 *
 * @returns whether it changed anything
 */
export async function setStatus(
  client: HubspotClient,
  email: string,
  subscriptionId: string,
  statusState: 'SUBSCRIBED' | 'UNSUBSCRIBED',
  legalBasis: LegalBasis | null,
): Promise<boolean> {
  const answer = await client.request(
    { operation: 'preferences.setStatus', records: 1, repeatable: true },
    changedSchema,
    {
      method: 'POST',
      path: statusesPath(email),
      body: { subscriptionId: Number(subscriptionId), statusState, ...channel, ...legalBasis },
    },
  );
  return answer?.setStatusSuccessReason !== 'NO_STATUS_CHANGE';
}
