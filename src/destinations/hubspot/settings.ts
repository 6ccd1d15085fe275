import { z } from 'zod';

/** Calls in ten seconds per app, by HubSpot edition. @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
export const callsPerTenSeconds = { free: 100, starter: 100, professional: 190, enterprise: 190 } as const;

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

export const settingsSchema = z.strictObject({
  accessToken: z
    .string()
    .trim()
    .min(1)
    .describe('Access token of a private app, or a service key, of your HubSpot account'),
  tier: z
    .enum(['free', 'starter', 'professional', 'enterprise'])
    .default('free')
    .describe('Edition of your HubSpot account: decides how many calls HubSpot allows'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'Not a time zone, for example Europe/Berlin')
    .optional()
    .describe(
      'Time zone of your HubSpot account, for example Europe/Berlin: HubSpot’s daily limit starts anew at its midnight. Left empty, a used-up limit is tried again every hour',
    ),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.hubapi.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the API; change it only to rehearse against a sandbox'),
});

export type HubspotSettings = z.infer<typeof settingsSchema>;
