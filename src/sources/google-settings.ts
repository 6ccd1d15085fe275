import { z } from 'zod';
import { commonSettings, replyAttributes } from './source-settings.js';

/** Settings that mean the same for both generations of Dialogflow. */
export const googleSettings = {
  ...commonSettings,
  channel: z
    .enum(['auto', 'messenger', 'telegram', 'whatsapp', 'web', 'sms', 'phone'])
    .default('auto')
    .describe('Channel of every request to this source; auto: what Dialogflow tells'),
  authentication: z
    .enum(['secret', 'id_token'])
    .default('secret')
    .describe('secret: a header or basic authentication; id_token: a token that Google signs'),
  audience: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Whom an ID token must be made for: the webhook’s address'),
  serviceAccount: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('E-mail address of the service account that an ID token must be from; empty: any that Google signs'),
  keysUrl: z
    .url()
    .default('https://www.googleapis.com/oauth2/v3/certs')
    .describe('Where the keys are published that ID tokens are signed with'),
  sessionIsPerson: z
    .boolean()
    .default(true)
    .describe(
      'Recognise a person by the session where Dialogflow tells no other id. Off: such a turn needs an e-mail address or phone number',
    ),
  replyAttributes,
} as const;

/** A token for anybody is no proof. */
export const hasAudience = ({
  authentication,
  audience,
}: {
  authentication: string;
  audience: string | null;
}): boolean => authentication === 'secret' || audience !== null;

export const audienceNeeded = {
  path: ['audience'],
  message: 'is needed for ID tokens: the address of the webhook as Dialogflow has it',
};
