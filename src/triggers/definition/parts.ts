import { z } from 'zod';
import { type Rule, ruleSchema } from '../../segments/rule.js';
import { isTimeZone } from '../../segments/time-zones.js';

/** A rule as in a segment; its `version` may be left out here. */
export const ruleInTrigger: z.ZodType<Rule> = z
  .unknown()
  .transform((input): unknown =>
    typeof input === 'object' && input !== null && !('version' in input) ? { version: 1, ...input } : input,
  )
  .pipe(ruleSchema);

/** The time on a wall clock, as `09:00`. */
export const wallTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 09:00');

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];
export const weekdayList = z.array(z.enum(weekdays)).min(1).max(7);

const zoneName = z.string().refine(isTimeZone, { error: 'must be a time zone such as Europe/Madrid, UTC or UTC-07' });

/** A zone for everybody, or the person's own one where it is known. */
export const zoneChoice = z.union(
  [zoneName, z.literal('person'), z.strictObject({ person: z.literal(true), otherwise: zoneName })],
  { error: 'must be a time zone, "person", or { person: true, otherwise: time zone }' },
);
export type ZoneChoice = z.output<typeof zoneChoice>;

/** Hours in which nobody is disturbed; they may reach over midnight. */
export const quietHours = z
  .strictObject({ from: wallTime, to: wallTime })
  .refine(({ from, to }) => from !== to, { error: 'from and to must differ' });
export type QuietHours = z.output<typeof quietHours>;

export const keyPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const keySchema = z
  .string()
  .regex(keyPattern, 'must be lower-case letters, digits, hyphens and underscores, for example abandoned-cart');
