import { z } from 'zod';
import { UnreadableHookError, type ProviderHookReply, type ProviderWebhooks } from '../provider-webhooks.js';
import { readBracketForm } from './bracket-form.js';
import type { MailchimpSettings } from './settings.js';
import { factsOf, hookSchema } from './webhook-facts.js';
import { proofProblem } from './webhook-proof.js';

/** 410 would switch the webhook off at once, and any other failure is tried again for 75 minutes. */
const refusals = { not_authentic: 401, unreadable: 400, unavailable: 503 } as const;

const reply = (status: number, body: string): ProviderHookReply => ({ status, contentType: 'text/plain', body });

/** @see https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/ */
export const mailchimpWebhooks: ProviderWebhooks<MailchimpSettings> = {
  setup: [
    'Choose a secret of at least 16 letters and digits and enter it as webhookSecret.',
    'At Mailchimp open Audience > Settings > Webhooks > Create New Webhook.',
    'Callback URL: {url}?secret=<your secret>. Mailchimp calls it once at this moment, so save the secret in Parley first.',
    'Events: tick subscribes, unsubscribes, profile updates, cleaned address and email changed.',
    'Sources: tick "by a subscriber" and "by an account admin", and untick "via the API", which would be what Parley itself does.',
    'If Mailchimp shows a signing secret, enter it as webhookSigningSecret: it is shown only once.',
  ].join('\n'),
  verify: proofProblem,
  read({ method, body }, settings) {
    if (method === 'GET') return [];
    const hook = hookSchema.safeParse(readBracketForm(body.toString('utf8')));
    if (!hook.success) throw unreadable(hook.error);
    try {
      return factsOf(hook.data, settings);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      throw unreadable(error);
    }
  },
  accepted: () => reply(200, 'ok'),
  refused: (_request, refusal) => reply(refusals[refusal], refusal),
};

const unreadable = (error: z.ZodError): UnreadableHookError =>
  new UnreadableHookError(
    `Mailchimp's webhook is not the form it usually sends: ${z.prettifyError(error)}. Check that the address belongs to a webhook of an audience.`,
  );
