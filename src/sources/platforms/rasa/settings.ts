import { z } from 'zod';
import { commonSettings, replyAttributes } from '../../source-settings.js';

export const rasaSettings = z
  .object({
    ...commonSettings,
    channel: z
      .enum(['auto', 'messenger', 'telegram', 'whatsapp', 'web', 'sms'])
      .default('auto')
      .describe('Channel of every request to this source; auto: the tracker’s latest_input_channel'),
    authentication: z
      .enum(['secret', 'address'])
      .default('secret')
      .describe(
        'secret: a header or ?secret= in endpoints.yml; address: only allowedAddresses, in a network of your own',
      ),
    ignoredSlots: z
      .array(z.string().min(1))
      .default(['requested_slot', 'session_started_metadata', 'knowledge_base_last_object', 'knowledge_base_objects'])
      .describe('Slots that are no attributes'),
    replyAttributes,
  })
  .refine(({ authentication, allowedAddresses }) => authentication === 'secret' || allowedAddresses.length > 0, {
    path: ['allowedAddresses'],
    message: 'is needed where the address is the only proof',
  });

export type RasaSettings = z.infer<typeof rasaSettings>;
