import { z } from 'zod';

const customerSchema = z.object({
  id: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  bot: z.string().nullable().default(null),
  /** Blocked customers are answered 412. */
  blocked: z.boolean().default(false),
  received: z.array(z.object({ at: z.string(), how: z.string(), content: z.record(z.string(), z.json()) })).default([]),
});
export type Customer = z.output<typeof customerSchema>;

export const accountSchema = z.object({
  token: z.string(),
  channels: z.array(z.object({ id: z.number(), name: z.string(), type: z.string() })),
  customers: z.array(customerSchema),
  optIns: z.array(z.string()),
  behaviour: z.object({
    /** A customer is made when it is first spoken of by its id, as the demo's are. Landbot itself answers 404. */
    makesCustomers: z.boolean(),
  }),
});
export type Account = z.output<typeof accountSchema>;

export const sandboxToken = 'landbot-sandbox-token';

export const freshAccount = (): Account => ({
  token: sandboxToken,
  channels: [
    { id: 2_940_009, name: 'Web', type: 'landbot' },
    { id: 2_940_010, name: 'WhatsApp', type: 'whatsapp' },
  ],
  customers: [],
  optIns: [],
  behaviour: { makesCustomers: true },
});
