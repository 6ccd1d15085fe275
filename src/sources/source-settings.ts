import { z } from 'zod';
import { isRegion } from '../profiles/phone.js';
import { zoneOffset } from '../profiles/time-zone.js';
import { isAddressRange } from './address-list.js';

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
  secretInUrl: z
    .boolean()
    .default(false)
    .describe(
      'Also accept the secret as ?secret= in the address, for a caller that can send no header. Addresses end up in logs on the way',
    ),
  allowedAddresses: z
    .array(z.string().refine(isAddressRange, 'an address or a range such as 203.0.113.7 or 203.0.113.0/24'))
    .default([])
    .describe('Who may call, as addresses or ranges; empty: everybody who has the secret'),
  clientAddressHeader: z
    .string()
    .toLowerCase()
    .regex(/^[a-z0-9-]+$/, 'a header name such as x-forwarded-for')
    .nullable()
    .default(null)
    .describe(
      'Header in which your own proxy writes who called, for allowedAddresses; its last address counts. Empty: the connection itself',
    ),
  eventNames: z
    .record(
      z.string(),
      z.string().regex(/^[\p{L}_][\w\p{L}\p{M}\p{N}.:-]{0,63}$/u, 'an event name: letters and digits, no blanks'),
    )
    .default({})
    .describe(
      'Name of an event as the platform sends it → its name in Parley, for example "purchase_ok" → order_placed',
    ),
  allowTestTraffic: z
    .boolean()
    .default(false)
    .describe('Let what comes from a test console count like real conversations, and reach the CRM'),
  replyWithinMs: z
    .int()
    .min(100)
    .max(60_000)
    .nullable()
    .default(null)
    .describe(
      'Answer after so many milliseconds even if the event is still being processed; empty: before the platform gives up',
    ),
  locale: z
    .string()
    .refine(isLocale, 'a language such as es or en-GB')
    .default('en')
    .describe('Language in which content writes numbers and dates for people whose language is not known'),
  dedupeWindowSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(60)
    .describe('A request that says exactly the same again within this many seconds counts as a repetition; 0: never'),
} as const;

/** For platforms whose answer the author maps to fields. */
export const replyAttributes = z
  .record(z.string(), z.string().min(1))
  .default({})
  .describe('Attribute (or tags, segments) → its name in the answer');

function isLocale(name: string): boolean {
  try {
    return Intl.getCanonicalLocales(name).length === 1;
  } catch {
    return false; // a RangeError: no language tag
  }
}

/** Settings that every platform has, for the shell around it. */
export const shellSettings = z.object({
  allowedAddresses: commonSettings.allowedAddresses,
  clientAddressHeader: commonSettings.clientAddressHeader,
  replyWithinMs: commonSettings.replyWithinMs,
  locale: commonSettings.locale,
  timeZone: commonSettings.timeZone,
  region: commonSettings.region,
  captions: commonSettings.captions,
  eventNames: commonSettings.eventNames,
});
export type ShellSettings = z.infer<typeof shellSettings>;
