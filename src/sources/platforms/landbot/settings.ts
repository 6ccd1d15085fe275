import { z } from 'zod';
import { commonSettings, replyAttributes } from '../../source-settings.js';

export const landbotSettings = z.object({
  ...commonSettings,
  channel: z
    .enum(['auto', 'web', 'whatsapp', 'messenger', 'telegram'])
    .default('auto')
    .describe('Channel of requests that do not tell it themselves; a message hook always does'),
  learnFromBotMessages: z
    .boolean()
    .default(false)
    .describe(
      'Also read the contact’s fields from what the bot and agents send, so that the last answer is not missed when nothing follows it',
    ),
  atSignMeansEmpty: z
    .boolean()
    .default(true)
    .describe(
      'In the Webhook block, a text such as @email is a variable that had no value. Switch off if your bot collects names like @ada',
    ),
  replyAttributes,
});

export type LandbotSettings = z.infer<typeof landbotSettings>;
