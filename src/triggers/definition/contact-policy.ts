import { z } from 'zod';
import { durationMs, positiveDuration } from '../../segments/duration.js';
import { quietHours } from './parts.js';

/** Whom a trigger has reached is forgotten some time after it can count no more. */
export const longestCapDays = 366;
const dayMs = 86_400_000;

const channel = z.string().min(1).max(30);

/** How often and when people may be reached, over all triggers. */
export const contactPolicySchema = z.strictObject({
  quietHours: quietHours
    .extend({ channels: z.array(channel).min(1).optional().describe('Left out: all') })
    .optional()
    .describe('By the clock of the person where their time zone is known'),
  caps: z
    .array(
      z.strictObject({
        channel: channel.optional().describe('Left out: all channels together'),
        atMost: z.int().min(1).max(1_000),
        per: positiveDuration.refine((per) => durationMs(per) <= longestCapDays * dayMs, {
          error: `must be at most ${String(longestCapDays)} days`,
        }),
      }),
    )
    .max(20)
    .default([])
    .describe('So many times a person is reached at most, in any such span of time'),
});
export type ContactPolicy = z.output<typeof contactPolicySchema>;

/** Nothing forbidden: what counts as long as nobody has said anything. */
export const openPolicy: ContactPolicy = { caps: [] };
