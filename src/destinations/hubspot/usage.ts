import type { UsageReport } from '../destination.js';
import { untilMidnightMs } from './midnight.js';

/** Names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/**
 * What an answer says of the day's calls; null when it says nothing, as those to an OAuth app.
 *
 * @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function usageIn(headers: Headers, now: Date, timeZone: string | undefined): UsageReport | null {
  const limit = count(headers['x-hubspot-ratelimit-daily']);
  const remaining = count(headers['x-hubspot-ratelimit-daily-remaining']);
  if (limit === null || remaining === null) return null;
  const resetsAt = timeZone === undefined ? null : new Date(now.getTime() + untilMidnightMs(now, timeZone));
  return { limit, remaining, resetsAt };
}

/** A header that is a whole number. */
export const count = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
