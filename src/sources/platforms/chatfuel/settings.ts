import { z } from 'zod';
import { commonSettings, replyAttributes } from '../../source-settings.js';

export const chatfuelSettings = z.object({
  ...commonSettings,
  channel: z
    .enum(['auto', 'messenger', 'instagram', 'whatsapp', 'web'])
    .default('auto')
    .describe('Channel of every request to this source; auto: taken from the request, where it can be told'),
  reply: z
    .enum(['json_api', 'flat'])
    .default('json_api')
    .describe('json_api: messages, attributes and blocks as Chatfuel’s JSON API shows them; flat: one JSON object'),
  replyAttributes,
});

export type ChatfuelSettings = z.infer<typeof chatfuelSettings>;
