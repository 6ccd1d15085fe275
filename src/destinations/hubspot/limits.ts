import type { DestinationLimits } from '../destination.js';
import { callsPerInterval } from './calls-per-interval.js';
import type { HubspotSettings } from './settings.js';
import { batchSize } from './upsert.js';

/** What HubSpot allows an app at an account. @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
export function limits(settings: HubspotSettings): DestinationLimits {
  return {
    batchSize,
    parallelCalls: 10,
    rates: [
      { lane: 'default', calls: callsPerInterval(settings), perMs: 10_000 },
      { lane: 'search', calls: 5, perMs: 1_000 },
    ],
    timeoutMs: 30_000,
    // The daily allowance is that of private apps; an app connected by OAuth has none.
    ...(settings.accessToken === undefined ? {} : { daily: shares(settings) }),
  };
}

const shares = ({ keepForOthersPercent, keepForSyncPercent }: HubspotSettings) => ({
  keptForOthers: keepForOthersPercent / 100,
  keptForSync: keepForSyncPercent / 100,
});
