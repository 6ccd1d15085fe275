import { z } from 'zod';

/** An outbound message that an admin has set up: who is told of which records. */
export const outboundMessage = z.strictObject({
  name: z.string(),
  actionId: z.string(),
  object: z.string(),
  /** `Id` is always sent; empty fields are left out. */
  fields: z.array(z.string()),
  endpointUrl: z.string(),
  active: z.boolean().default(true),
  includeSessionId: z.boolean().default(false),
  /** Changes by this user are not told: how admins keep an integration from hearing itself; null: everybody's are. */
  exceptUserId: z.string().nullable().default(null),
});
export type OutboundMessage = z.infer<typeof outboundMessage>;

/** One notification that nobody has acknowledged yet. */
export const notification = z.strictObject({
  id: z.string(),
  actionId: z.string(),
  recordId: z.string(),
  at: z.iso.datetime(),
  attempts: z.int().default(0),
  nextAttemptAt: z.iso.datetime(),
});
export type Notification = z.infer<typeof notification>;

/** What became of the last sendings. */
export const sending = z.strictObject({
  at: z.iso.datetime(),
  actionId: z.string(),
  notifications: z.int(),
  outcome: z.string(),
});
