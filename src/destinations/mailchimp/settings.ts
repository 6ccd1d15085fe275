import { z } from 'zod';

const dataCentre = /-([a-z]+\d+)$/;

export const mailchimpSettings = z
  .strictObject({
    apiKey: z
      .string()
      .min(1)
      .describe('API key. Mailchimp: Profile > Extras > API keys. It ends in your data centre, for example -us21'),
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
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address of a sandbox, for example http://127.0.0.1:3103. Leave empty for the real Mailchimp'),
  })
  .refine(({ apiKey, baseUrl }) => baseUrl !== undefined || dataCentre.test(apiKey), {
    path: ['apiKey'],
    message: 'The API key must end in its data centre, for example -us21',
  });
export type MailchimpSettings = z.infer<typeof mailchimpSettings>;

/** Where the API of these settings is, without a trailing slash. */
export function apiRoot({ apiKey, baseUrl }: MailchimpSettings): string {
  const origin = baseUrl ?? `https://${dataCentre.exec(apiKey)?.[1] ?? 'us1'}.api.mailchimp.com`;
  return `${origin.replace(/\/+$/, '').replace(/\/3\.0$/, '')}/3.0`;
}
