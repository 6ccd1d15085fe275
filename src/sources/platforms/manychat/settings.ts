import { z } from 'zod';
import { commonSettings } from '../../source-settings.js';

const maxActions = 5;

export const manychatSettings = z
  .object({
    ...commonSettings,
    channel: z
      .enum(['auto', 'whatsapp', 'instagram', 'messenger', 'telegram', 'tiktok', 'sms', 'email'])
      .default('auto')
      .describe('Channel of every request to this source; auto: taken from the request, where it can be told'),
    reply: z
      .enum(['flat', 'dynamic_block'])
      .default('flat')
      .describe(
        'flat: one JSON object for an External Request; dynamic_block: a Dynamic Block v2 that sets custom fields',
      ),
    replyAttributes: z
      .record(z.string(), z.string().min(1))
      .default({})
      .describe(
        'Attribute → its name in the answer: a JSON key (flat), or an existing ManyChat custom field (dynamic_block)',
      ),
  })
  .refine(({ reply, replyAttributes }) => reply === 'flat' || Object.keys(replyAttributes).length <= maxActions, {
    path: ['replyAttributes'],
    message: `a Dynamic Block can set ${maxActions} fields at most`,
  });

export type ManychatSettings = z.infer<typeof manychatSettings>;
