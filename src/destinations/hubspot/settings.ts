import { z } from 'zod';

/** Calls in ten seconds per app, by HubSpot edition. @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
export const callsPerTenSeconds = { free: 100, starter: 100, professional: 190, enterprise: 190 } as const;

/** The same with HubSpot's paid API limit increase, whatever the edition. */
export const increasedCallsPerTenSeconds = 250;

/** The same of an app that people connect by OAuth: per account, whatever its edition. */
export const oauthCallsPerTenSeconds = 110;

/** Of HubSpot itself; any other is a sandbox's. */
export const publicBaseUrl = 'https://api.hubapi.com';

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const secret = z.string().trim().min(1).optional();
const id = z.string().trim().regex(/^\d+$/, 'A number, as HubSpot shows it').optional();

/** Percent of the daily allowance. */
const share = z.int().min(0).max(90);

export const settingsSchema = z
  .strictObject({
    accessToken: secret.describe(
      'Access token of a private app, or a service key, of your HubSpot account. Leave it empty to connect by signing in at HubSpot (OAuth)',
    ),
    clientId: secret.describe('Only for OAuth: the client ID of your HubSpot app'),
    clientSecret: secret.describe(
      'The client secret of your HubSpot app: needed for OAuth, and for calls that HubSpot makes to Parley (webhooks), which are signed with it',
    ),
    appId: id.describe(
      'The ID of your HubSpot app: with it Parley recognises its own changes in what HubSpot tells it',
    ),
    portalId: id.describe(
      'The ID of your HubSpot account (portal, hub). Needed when one app sends the changes of several accounts to Parley: those of others are ignored',
    ),
    tier: z
      .enum(['free', 'starter', 'professional', 'enterprise'])
      .default('free')
      .describe('Edition of your HubSpot account: decides how many calls HubSpot allows'),
    apiLimitIncrease: z
      .boolean()
      .default(false)
      .describe('Your account has bought HubSpot’s API limit increase: 250 calls in ten seconds'),
    keepForOthersPercent: share
      .default(10)
      .describe('Percent of the daily calls that Parley leaves to the other integrations of your account'),
    keepForSyncPercent: share
      .default(25)
      .describe('Percent of the daily calls kept for bringing news to HubSpot: reading history stops before'),
    timeZone: z
      .string()
      .refine(isTimeZone, 'Not a time zone, for example Europe/Berlin')
      .optional()
      .describe(
        'Time zone of your HubSpot account, for example Europe/Berlin: HubSpot’s daily limit starts anew at its midnight. Left empty, Parley asks HubSpot',
      ),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .default(publicBaseUrl)
      .transform((url) => url.replace(/\/+$/, ''))
      .describe('Address of the API; change it only to rehearse against a sandbox'),
  })
  .superRefine(({ accessToken, clientId, clientSecret }, context) => {
    if (accessToken !== undefined || (clientId !== undefined && clientSecret !== undefined)) return;
    context.addIssue({
      code: 'custom',
      path: ['accessToken'],
      message: 'Enter an access token, or the client ID and the client secret of an app to connect by signing in',
    });
  });

export type HubspotSettings = z.infer<typeof settingsSchema>;
