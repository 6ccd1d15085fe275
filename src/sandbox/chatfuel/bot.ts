import { z } from 'zod';

const userSchema = z.object({
  id: z.string(),
  attributes: z.record(z.string(), z.string()).default({}),
  tags: z.array(z.string()).default([]),
  received: z.array(z.object({ at: z.string(), block: z.string(), messageTag: z.string().nullable() })).default([]),
});
export type User = z.output<typeof userSchema>;

export const botSchema = z.object({
  id: z.string(),
  token: z.string(),
  blocks: z.array(z.object({ id: z.string(), name: z.string(), hasMessages: z.boolean() })),
  users: z.array(userSchema),
  behaviour: z.object({
    /** A user is made when first spoken of by id, as the demo's are. Chatfuel itself says that it does not know them. */
    makesUsers: z.boolean(),
  }),
});
export type Bot = z.output<typeof botSchema>;

export const sandboxBot = { id: 'sandbox-bot', token: 'chatfuel-sandbox-token', syncBlock: 'Set attributes' } as const;

export const freshBot = (): Bot => ({
  id: sandboxBot.id,
  token: sandboxBot.token,
  blocks: [
    { id: '1', name: sandboxBot.syncBlock, hasMessages: false },
    { id: '2', name: 'Welcome back', hasMessages: true },
    { id: '3', name: 'Abandoned cart', hasMessages: true },
  ],
  users: [],
  behaviour: { makesUsers: true },
});
