import { z } from 'zod';

export const settingsSchema = z.strictObject({
  apiKey: z
    .string()
    .trim()
    .regex(/^\d+:\S+$/, 'must look like 1234567:abcdef; ManyChat shows it under Settings → API')
    .describe('API key of the page, from Settings → API in ManyChat (Pro plan)'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.manychat.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the API; change it only to rehearse against a sandbox'),
});

export type ManychatSettings = z.infer<typeof settingsSchema>;
