import { z } from 'zod';
import { isReserved } from './client.js';

const attributeName = z
  .string()
  .min(1)
  .refine((name) => !isReserved(name), 'is a name that Chatfuel keeps for itself');

/** The one thing Chatfuel can be asked for. It is not known afterwards whether a block was sent. */
export const blockSend = {
  id: 'block.send',
  title: 'Send a block',
  description: 'Sends a block of the bot to the user and sets attributes with it.',
  input: z.strictObject({
    block: z.string().min(1).describe('Name of the block'),
    messageTag: z
      .string()
      .regex(/^[A-Z_]+$/)
      .optional()
      .describe("Left out: the destination's own"),
    attributes: z.record(attributeName, z.string()).default({}),
    channel: z
      .enum(['messenger', 'instagram', 'whatsapp'])
      .optional()
      .describe('The channel your bot is on; on whatsapp only people get it who have agreed to that'),
  }),
  nature: 'once',
  channel: 'chat',
  subject: 'record',
  consent: null,
  scopes: [],
  batchSize: 1,
} as const;
