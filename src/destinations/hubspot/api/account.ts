import { z } from 'zod';
import type { HubspotClient } from '../client.js';

const tokenInfoSchema = z.object({
  hubId: z.coerce.string(),
  appId: z.coerce.string().optional(),
  scopes: z.array(z.string()),
});
export type TokenInfo = z.infer<typeof tokenInfoSchema>;

/** Whose private-app token it is and what it may do; not in the SDK. @see https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview */
export async function privateAppInfo(client: HubspotClient): Promise<TokenInfo> {
  return client.request({ operation: 'account.tokenInfo', repeatable: true }, tokenInfoSchema, {
    method: 'POST',
    path: '/oauth/v2/private-apps/get/access-token-info',
    body: { tokenKey: await client.token() },
  });
}

/** The same for a token got by OAuth. */
export async function oauthInfo(client: HubspotClient): Promise<TokenInfo> {
  const token = await client.token();
  return client.send({ operation: 'account.tokenInfo', repeatable: true }, tokenInfoSchema, (sdk) =>
    sdk.oauth.accessTokensApi.get(token),
  );
}

const detailsSchema = z.object({
  portalId: z.coerce.string(),
  accountType: z.string().default(''),
  timeZone: z.string(),
  companyCurrency: z.string().nullable().default(null),
});
export type AccountDetails = z.infer<typeof detailsSchema>;

export const accountDetails = (client: HubspotClient): Promise<AccountDetails> =>
  client.request({ operation: 'account.details', repeatable: true }, detailsSchema, {
    method: 'GET',
    path: '/account-info/v3/details',
  });

const dailyUsageSchema = z.object({
  results: z
    .array(z.object({ name: z.string().default(''), usageLimit: z.number(), currentUsage: z.number() }))
    .default([]),
});

/** The day's calls of all private apps together. */
export async function dailyUsage(
  client: HubspotClient,
): Promise<{ readonly limit: number; readonly used: number } | null> {
  const { results } = await client.request({ operation: 'account.dailyUsage', repeatable: true }, dailyUsageSchema, {
    method: 'GET',
    path: '/account-info/v3/api-usage/daily/private-apps',
  });
  const [usage] = results;
  return usage === undefined ? null : { limit: usage.usageLimit, used: usage.currentUsage };
}
