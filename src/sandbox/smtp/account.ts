import { z } from 'zod';

/** What the server says instead of yes. */
const replySchema = z.strictObject({
  code: z.int().min(400).max(599),
  text: z.string().min(1).default('refused by the sandbox'),
});
export type Reply = z.output<typeof replySchema>;

const mailSchema = z.object({
  id: z.int(),
  at: z.string(),
  from: z.string(),
  /** Whom it was taken for; its own To may name others, too. */
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  /** As it came, every byte a character. */
  source: z.string(),
});
export type Mail = z.output<typeof mailSchema>;

const refusalSchema = z.object({ at: z.string(), what: z.string(), reply: z.string() });
export type Refusal = z.output<typeof refusalSchema>;

const behaviourSchema = z.strictObject({
  /** Must one log in before a mail is taken? `none`: it is not offered at all. */
  login: z.enum(['required', 'optional', 'none']).default('required'),
  /** Every login is wrong, as after a change of the password. */
  refuseLogins: z.boolean().default(false),
  /** Instead of the greeting. */
  greeting: replySchema.nullable().default(null),
  /** To every sender. */
  sender: replySchema.nullable().default(null),
  /** To these recipients, by address in lower case. */
  recipients: z.record(z.string(), replySchema).default({}),
  /** To the mail itself, once it has been read. */
  mail: replySchema.nullable().default(null),
  /** Cuts the connection: `before` the mail is handed over, or `after` it was taken, without saying so. */
  drop: z.enum(['before', 'after']).nullable().default(null),
});

export const accountSchema = z.strictObject({
  user: z.string().default('parley'),
  password: z.string().default('sandbox'),
  outbox: z.array(mailSchema).default([]),
  refused: z.array(refusalSchema).default([]),
  behaviour: behaviourSchema.prefault({}),
});
export type Account = z.output<typeof accountSchema>;

export const freshAccount = (): Account => accountSchema.parse({});
