import { z } from 'zod';
import { commonSettings, replyAttributes } from '../../source-settings.js';

export const genericSettings = z.object({
  ...commonSettings,
  channel: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, 'a channel such as web or whatsapp')
    .nullable()
    .default(null)
    .describe('Channel of requests that do not tell it themselves'),
  idFields: z
    .array(z.string().min(1))
    .min(1)
    .default(['contact_id', 'customer_id', 'subscriber_id', 'user_id', 'visitor_id', 'sender_id', 'id'])
    .describe('Names of the field that tells who it is; the first that has a value counts'),
  replyAttributes,
});

export type GenericSettings = z.infer<typeof genericSettings>;
