import { z } from 'zod';
import type { Grant } from '../authorization.js';

const dataCentre = /-([a-z]+\d+)$/;

export const mailchimpSettings = z
  .strictObject({
    apiKey: z
      .string()
      .min(1)
      .optional()
      .describe(
        'API key. Mailchimp: Profile > Extras > API keys. It ends in your data centre, for example -us21. Leave empty to sign in with OAuth',
      ),
    clientId: z
      .string()
      .min(1)
      .optional()
      .describe('OAuth instead of a key: client ID of your app. Mailchimp: Profile > Extras > Registered apps'),
    clientSecret: z.string().min(1).optional().describe('OAuth: client secret of the same app'),
    audienceId: z
      .string()
      .trim()
      .min(1)
      .describe('Audience ID. Mailchimp: Audience > Settings > Audience name and defaults; ten letters and digits'),
    unknownConsent: z
      .enum(['withheld', 'transactional'])
      .default('withheld')
      .describe(
        'People who have neither agreed to e-mail nor refused it: not sent to Mailchimp at all, or kept there as contacts who get no marketing',
      ),
    knownMembers: z
      .enum(['batch', 'one_by_one'])
      .default('batch')
      .describe(
        'How changes of subscribed contacts are written: 500 in one call after looking up who opted out, or one call each',
      ),
    mergeFieldLimit: z
      .int()
      .min(1)
      .optional()
      .describe('Merge fields your plan allows in an audience. Leave empty: 30, or 80 with the Premium plan'),
    webhookSecret: z
      .string()
      .min(16)
      .regex(/^[\w-]+$/)
      .optional()
      .describe('Secret at the end of the webhook address: at least 16 letters, digits, - or _. Empty: no webhooks'),
    webhookSigningSecret: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Signing secret that Mailchimp showed when the webhook was made; two with a comma between them while one is being replaced. Empty: the webhook is not signed',
      ),
    optInsAtMailchimp: z
      .enum(['with_address', 'all', 'none'])
      .default('with_address')
      .describe(
        'Which subscriptions at Mailchimp count as a consent: those that come with the IP address of a person who signed up, all of them, or none',
      ),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address of a sandbox, for example http://127.0.0.1:3103. Leave empty for the real Mailchimp'),
  })
  .refine(({ apiKey, clientId, clientSecret }) => apiKey !== undefined || (clientId && clientSecret), {
    path: ['apiKey'],
    message: 'Give an API key, or the client ID and the client secret of an OAuth app',
  })
  .refine(({ apiKey, baseUrl }) => apiKey === undefined || baseUrl !== undefined || dataCentre.test(apiKey), {
    path: ['apiKey'],
    message: 'The API key must end in its data centre, for example -us21',
  });
export type MailchimpSettings = z.infer<typeof mailchimpSettings>;

/** Where the API of these settings is, without a trailing slash. */
export function apiRoot({ apiKey, baseUrl }: MailchimpSettings): string {
  return rootAt(baseUrl ?? originOf(dataCentre.exec(apiKey ?? '')?.[1]));
}

/** The same for an account that was connected by OAuth: its data centre was told then. */
export function rootOfGrant({ baseUrl }: MailchimpSettings, { details }: Grant): string {
  return rootAt(baseUrl ?? originOf(details.dataCentre));
}

/** Where a person signs in to connect an account. */
export function loginRoot({ baseUrl }: MailchimpSettings): string {
  return (baseUrl ?? 'https://login.mailchimp.com').replace(/\/+$/, '').replace(/\/3\.0$/, '');
}

const originOf = (centre: string | undefined): string => `https://${centre ?? 'us1'}.api.mailchimp.com`;

const rootAt = (origin: string): string => `${origin.replace(/\/+$/, '').replace(/\/3\.0$/, '')}/3.0`;
