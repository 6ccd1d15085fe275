import { DeliveryError } from '../destinations/delivery-error.js';
import type { DestinationLimits, UsageReport } from '../destinations/destination.js';
import type { CallPurpose } from './call-purpose.js';

/** What a provider said of the daily allowance, and when. */
export interface Usage extends UsageReport {
  readonly at: Date;
}

/** A report that does not say until when it counts is believed so long; then a call is made, and its answer says how it is. */
const believedMs = 15 * 60_000;

/** The share of the day's calls that this purpose leaves alone. */
const keptFrom = {
  sync: ({ keptForOthers }) => keptForOthers,
  enrichment: ({ keptForOthers, keptForSync }) => keptForOthers + keptForSync,
} as const satisfies Record<CallPurpose, (daily: NonNullable<DestinationLimits['daily']>) => number>;

/** How long this purpose has to wait until the account has calls for it again, in ms; 0: it has some. */
export function waitForAllowanceMs(
  daily: DestinationLimits['daily'],
  usage: Usage | null,
  purpose: CallPurpose,
  now: Date,
): number {
  if (daily === undefined || usage === null) return 0;
  const until = usage.resetsAt ?? new Date(usage.at.getTime() + believedMs);
  if (until <= now || usage.remaining >= usage.limit * keptFrom[purpose](daily)) return 0;
  return until.getTime() - now.getTime();
}

/** The refusal a caller of ours gets; the same kind as a provider's. */
export const noAllowance = ({ limit, remaining }: Usage, purpose: CallPurpose, retryAfterMs: number): DeliveryError =>
  new DeliveryError(
    'throttled',
    `${remaining} of the account's ${limit} daily calls are left, and these are kept for ${purpose === 'sync' ? 'its other users' : 'bringing news'}`,
    { code: 'DAILY_ALLOWANCE', retryAfterMs },
  );
