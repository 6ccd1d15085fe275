import { z } from 'zod';
import { isRegion } from '../profiles/phone.js';
import { zoneOffset } from '../profiles/time-zone.js';

const attributeName = z
  .string()
  .regex(/^[\p{L}_][\p{L}\p{M}\p{N}_]{0,63}$/u, 'an attribute name: letters and digits, no blanks');

/** Settings that mean the same for every platform; each platform picks what it needs. */
export const commonSettings = {
  region: z
    .string()
    .refine(isRegion, 'a country code such as GB or ES, in capitals')
    .nullable()
    .default(null)
    .describe('Country whose national phone numbers are meant when a number has no country code, for example ES'),
  timeZone: z
    .string()
    .refine((zone) => zoneOffset(zone) !== null, 'a time zone such as Europe/Madrid or UTC-07')
    .nullable()
    .default(null)
    .describe('Time zone of dates with a time but no zone, for example Europe/Madrid; empty: such a value stays text'),
  captions: z
    .record(z.string(), attributeName.nullable())
    .default({})
    .describe(
      'Field caption at the platform → attribute, for example "Phone Number" → phone; empty: the field is left out',
    ),
  secretHeader: z
    .string()
    .toLowerCase()
    .regex(/^[a-z0-9-]+$/, 'a header name such as x-parley-secret')
    .default('x-parley-secret')
    .describe('Header in which the platform sends the secret'),
  dedupeWindowSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(60)
    .describe('A request that says exactly the same again within this many seconds counts as a repetition; 0: never'),
} as const;
