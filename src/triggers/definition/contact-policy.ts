import { z } from 'zod';
import { positiveDuration } from '../../segments/duration.js';
import { quietHours } from './parts.js';

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
        per: positiveDuration,
      }),
    )
    .max(20)
    .default([])
    .describe('So many times a person is reached at most, in any such span of time'),
});
export type ContactPolicy = z.output<typeof contactPolicySchema>;

/** Nothing forbidden: what counts as long as nobody has said anything. */
export const openPolicy: ContactPolicy = { caps: [] };
