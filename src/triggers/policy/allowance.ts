import { durationMs } from '../../segments/duration.js';
import type { ContactPolicy } from '../definition/contact-policy.js';
import type { QuietHours } from '../definition/parts.js';
import type { Trigger } from '../definition/trigger.js';
import type { Allowance } from '../journey/run-facts.js';
import { quietUntil } from '../time/wall-clock.js';

/** One time that a trigger reached a person. */
export interface Touch {
  readonly channel: string;
  readonly atMs: number;
}

/** What counts for one order. */
export interface PolicyQuestion {
  readonly nowMs: number;
  /** By which channel it would reach the person. */
  readonly channel: string;
  /** The person's own zone, or the one that counts where it is not known. */
  readonly zone: string;
  readonly touches: readonly Touch[];
  readonly policy: ContactPolicy;
  readonly trigger: Pick<Trigger, 'quietHours' | 'caps'>;
}

/** The earliest moment, from now on, at which neither quiet hours nor a cap forbids to reach the person. */
export function allowanceOf(question: PolicyQuestion): Allowance {
  let found: Allowance = { atMs: question.nowMs, code: null, reason: null };
  // After the quiet hours there may be room no more, and when there is room it may be night again.
  for (let rounds = 0; rounds < mostRounds; rounds += 1) {
    const later = quietAt(question, found.atMs) ?? cappedAt(question, found.atMs);
    if (later === null) return found;
    found = later;
  }
  return found;
}

const mostRounds = 100;

function quietAt({ channel, zone, policy, trigger }: PolicyQuestion, atMs: number): Allowance | null {
  const hours = quietHoursFor(policy, trigger, channel);
  const endMs = hours === null ? null : quietUntil(atMs, zone, hours);
  if (hours === null || endMs === null) return null;
  return {
    atMs: endMs,
    code: 'QUIET_HOURS',
    reason: `quiet hours from ${hours.from} to ${hours.to} (${zone}), until ${new Date(endMs).toISOString()}`,
  };
}

function quietHoursFor(
  policy: ContactPolicy,
  { quietHours: own }: Pick<Trigger, 'quietHours'>,
  channel: string,
): QuietHours | null {
  if (own === 'none') return null;
  if (own !== 'policy') return own;
  const { quietHours: common } = policy;
  if (common === undefined || common.channels?.includes(channel) === false) return null;
  return common;
}

function cappedAt({ channel, touches, policy, trigger }: PolicyQuestion, atMs: number): Allowance | null {
  if (trigger.caps === 'none') return null;
  for (const { channel: only, atMost, per } of policy.caps) {
    if (only !== undefined && only !== channel) continue;
    const perMs = durationMs(per);
    const counted = touches
      .filter((touch) => (only === undefined || touch.channel === only) && touch.atMs > atMs - perMs)
      .map((touch) => touch.atMs)
      .sort((left, right) => left - right);
    const blocking = counted[counted.length - atMost];
    if (blocking === undefined) continue;
    const freeMs = blocking + perMs;
    const by = only === undefined ? 'in all' : `by ${only}`;
    const reason = `reached ${String(counted.length)} times ${by}, and the cap is ${String(atMost)}; room again ${new Date(freeMs).toISOString()}`;
    return { atMs: freeMs, code: 'FREQUENCY_CAP', reason };
  }
  return null;
}

/** How far back touches have to be known, in ms. */
export const longestCapMs = ({ caps }: ContactPolicy): number => Math.max(0, ...caps.map(({ per }) => durationMs(per)));
