import { z } from 'zod';
import type { Json } from '../destination.js';

/** What a mapping chooses beyond its fields. */
export const mailchimpOptions = z.strictObject({
  optIn: z
    .enum(['as_audience', 'single', 'double'])
    .default('as_audience')
    .describe(
      'People who agreed in the chat are subscribed at once (single), get a confirmation mail from Mailchimp first (double), or what the audience is set to (as_audience)',
    ),
  tagsStartAutomations: z
    .boolean()
    .default(true)
    .describe(
      'Whether a tag that Parley adds may start automations at Mailchimp that wait for it. Only for contacts that are written one by one: a batch has no such choice',
    ),
});
export type MailchimpOptions = z.infer<typeof mailchimpOptions>;

/** A mapping without a choice of its own has the usual ones. */
export const readOptions = (options: Json): MailchimpOptions => mailchimpOptions.parse(options ?? {});
