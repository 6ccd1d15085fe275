import {
  callsPerTenSeconds,
  type HubspotSettings,
  increasedCallsPerTenSeconds,
  oauthCallsPerTenSeconds,
} from './settings.js';

/** Calls in ten seconds that the account's edition stands for. */
export function callsPerInterval({ accessToken, tier, apiLimitIncrease }: HubspotSettings): number {
  if (accessToken === undefined) return oauthCallsPerTenSeconds;
  return apiLimitIncrease ? increasedCallsPerTenSeconds : callsPerTenSeconds[tier];
}
