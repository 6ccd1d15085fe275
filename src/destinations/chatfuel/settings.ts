import { z } from 'zod';

export const settingsSchema = z.strictObject({
  botId: z
    .string()
    .trim()
    .regex(/^[\w-]+$/)
    .describe('Id of the bot, from Configure → Broadcasting API in Chatfuel'),
  token: z.string().trim().min(1).describe('The Broadcasting API token of the bot'),
  syncBlock: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name of a block without messages: attributes can only be set by sending a block. Left empty, nothing is synchronised',
    ),
  messageTag: z
    .string()
    .regex(/^[A-Z_]+$/)
    .default('ACCOUNT_UPDATE')
    .describe('Message tag of what is sent more than 24 hours after the last message'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.chatfuel.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the API; change it only to rehearse against a sandbox'),
});

export type ChatfuelSettings = z.infer<typeof settingsSchema>;
