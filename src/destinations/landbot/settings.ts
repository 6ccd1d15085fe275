import { z } from 'zod';

export const settingsSchema = z.strictObject({
  agentToken: z
    .string()
    .trim()
    .min(1)
    .describe('Your API token, from Settings → Account in Landbot; it acts with your rights'),
  optInUrl: z
    .string()
    .regex(/^https?:\/\/\S*\{phone\}\S*$/, 'must be an address with {phone} in it')
    .optional()
    .describe(
      'Address at which WhatsApp opt-ins are registered, with {phone} in it, as Landbot shows it for your channel',
    ),
  typedFields: z
    .boolean()
    .default(false)
    .describe(
      'Send whole numbers and yes/no with types of their own (integer, boolean) instead of as text. Try it with one customer first: Landbot documents only text',
    ),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.landbot.io')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the API; change it only to rehearse against a sandbox'),
});

export type LandbotSettings = z.infer<typeof settingsSchema>;
