import { z } from 'zod';
import { commonSettings, replyAttributes } from '../../source-settings.js';

export const botFrameworkSettings = z
  .object({
    ...commonSettings,
    channel: z
      .enum(['auto', 'messenger', 'teams', 'web', 'telegram', 'slack', 'email', 'sms', 'whatsapp'])
      .default('auto')
      .describe('Channel of every request to this source; auto: the activity’s channelId'),
    authentication: z
      .enum(['secret', 'jwt'])
      .default('secret')
      .describe('secret: a header of Composer’s HTTP request; jwt: the token of the Bot Connector on real activities'),
    appId: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Microsoft App ID of the bot: whom the token must be made for'),
    issuer: z
      .string()
      .min(1)
      .default('https://api.botframework.com')
      .describe('Who signs the token; another one in sovereign clouds'),
    keysUrl: z
      .url()
      .default('https://login.botframework.com/v1/.well-known/keys')
      .describe('Where the keys are published that tokens are signed with'),
    reply: z
      .enum(['flat', 'activity', 'activities'])
      .default('flat')
      .describe(
        'flat: one JSON object, read as turn.results.content; activity, activities: what Composer sends on to the person',
      ),
    idFields: z
      .array(z.string().min(1))
      .min(1)
      .default(['contact_id', 'user_id', 'from_id', 'aad_object_id', 'id'])
      .describe('In a body of your own: names of the field that tells who it is'),
    replyAttributes,
  })
  .refine(({ authentication, appId }) => authentication === 'secret' || appId !== null, {
    path: ['appId'],
    message: 'is needed for tokens: the Microsoft App ID of the bot',
  });

export type BotFrameworkSettings = z.infer<typeof botFrameworkSettings>;
