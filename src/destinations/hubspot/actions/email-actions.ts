import { z } from 'zod';
import type { ActionResult } from '../../action.js';
import { DeliveryError, type FailureKind } from '../../delivery-error.js';
import { type EmailOrder, type SendStatus, sendSingle, sendStatus, sendTransactional } from '../api/email.js';
import type { HubspotClient } from '../client.js';
import { defineAction, done, eachAlone, failed, type HubspotAction, type Run, withheld } from './action.js';

const address = z.string().trim().min(3);

const inputSchema = z.strictObject({
  emailId: z.coerce
    .number()
    .int()
    .positive()
    .describe('ID of the e-mail: the number in its address in HubSpot. It has to be published for single sends'),
  from: address.optional().describe('Sender, as "Name <name@example.com>"; left out: as set in the e-mail'),
  replyTo: z.array(address).default([]).describe('Addresses for replies'),
  cc: z.array(address).default([]).describe('Addresses that get a copy'),
  bcc: z.array(address).default([]).describe('Addresses that get a blind copy'),
  contactProperties: z
    .record(z.string(), z.string())
    .default({})
    .describe('Written to the contact, and usable in the e-mail as contact tokens'),
  customProperties: z
    .record(z.string(), z.string())
    .default({})
    .describe('For this e-mail only, usable in it as custom tokens'),
});
type Input = z.infer<typeof inputSchema>;

/** What `sendResult` leads to. The rules of e-mail forbid it: withheld. HubSpot may still send it: done. Everything else fails. */

type Verdict = 'done' | 'already' | 'withheld' | FailureKind;

const verdicts: Readonly<Record<string, Verdict>> = {
  SENT: 'done',
  QUEUED: 'done',
  IDEMPOTENT_IGNORE: 'already',
  ADDRESS_OPTED_OUT: 'withheld',
  ADDRESS_LIST_BOMBED: 'withheld',
  BLOCKED_ADDRESS: 'withheld',
  BLOCKED_DOMAIN: 'withheld',
  BRAND_RECIPIENT_FATIGUE_SUPPRESSED: 'withheld',
  CONTACT_VIEW_PERMISSION: 'withheld',
  EMAIL_UNCONFIRMED: 'withheld',
  GDPR_DOI_ENABLED: 'withheld',
  GRAYMAIL_SUPPRESSED: 'withheld',
  LOW_CONTACT_QUALITY_SCORE: 'withheld',
  MTA_IGNORE: 'withheld',
  NON_MARKETABLE_CONTACT: 'withheld',
  PREVIOUS_SPAM: 'withheld',
  PREVIOUSLY_BOUNCED: 'withheld',
  PREVIOUSLY_UNSUBSCRIBED_BRAND: 'withheld',
  PREVIOUSLY_UNSUBSCRIBED_BUSINESS_UNIT: 'withheld',
  PREVIOUSLY_UNSUBSCRIBED_MESSAGE: 'withheld',
  PREVIOUSLY_UNSUBSCRIBED_PORTAL: 'withheld',
  QUARANTINED_ADDRESS: 'withheld',
  RECIPIENT_FATIGUE_SUPPRESSED: 'withheld',
  UNDELIVERABLE: 'withheld',
  THROTTLED: 'throttled',
  ATTACHMENT_DOWNLOAD_QUEUE_FULL: 'transient',
  EMAIL_DISABLED: 'misconfigured',
  MARKETING_ACTIVATION_DISALLOWED: 'misconfigured',
  PORTAL_AUTHENTICATION_FAILURE: 'misconfigured',
  PORTAL_EXPIRED: 'misconfigured',
  PORTAL_MISSING_MARKETING_SCOPE: 'misconfigured',
  PORTAL_NOT_AUTHORIZED_FOR_APPLICATION: 'misconfigured',
  PORTAL_OVER_LIMIT: 'misconfigured',
  PORTAL_SUSPENDED: 'misconfigured',
  UNCONFIGURED_SENDING_DOMAIN: 'misconfigured',
};

function toResult({ runId }: Run<Input>, { statusId, status, sendResult, message }: SendStatus): ActionResult {
  const code = sendResult ?? (status === 'CANCELED' ? 'CANCELED' : null);
  const detail = { status, sendResult };
  if (code === null) return done(runId, { reference: statusId, detail });
  const verdict = verdicts[code] ?? 'rejected';
  const words = message ?? `HubSpot did not send the e-mail: ${code}`;
  if (verdict === 'done' || verdict === 'already')
    return done(runId, { reference: statusId, already: verdict === 'already', detail });
  if (verdict === 'withheld') return withheld(runId, code, words);
  return failed(runId, new DeliveryError(verdict, words, { code, recordOnly: true }));
}

/**
 * HubSpot takes the order first and decides a moment later whether it sends. It is asked once; if it has not decided by then, or cannot be
 * asked, what counts is that it has the order.
 */
async function latest(client: HubspotClient, ordered: SendStatus): Promise<SendStatus> {
  if (ordered.sendResult !== null) return ordered;
  return sendStatus(client, ordered.statusId).catch(() => ordered);
}

const perform =
  (
    send: (client: HubspotClient, order: EmailOrder) => Promise<SendStatus>,
  ): Parameters<typeof defineAction<Input>>[0]['perform'] =>
  ({ client }, runs) =>
    eachAlone(runs, async (run) => {
      const { email: to } = run.subject;
      if (to === null) return withheld(run.runId, 'NO_EMAIL', 'This person has no e-mail address');
      const ordered = await send(client, { ...run.input, from: run.input.from, to, sendId: run.runId });
      return toResult(run, await latest(client, ordered));
    });

const shared = {
  input: inputSchema,
  nature: 'repeatable',
  subject: 'record',
  consent: 'email',
  batchSize: 20,
} as const;

export const sendSingleEmail: HubspotAction = defineAction({
  declaration: {
    id: 'email.send_single',
    title: 'Send a marketing e-mail',
    description:
      'One published e-mail goes to this contact, at most once per run. Needs Marketing Enterprise or the transactional add-on.',
    scopes: ['marketing-email'],
    ...shared,
  },
  perform: perform(sendSingle),
});

export const sendTransactionalEmail: HubspotAction = defineAction({
  declaration: {
    id: 'email.send_transactional',
    title: 'Send a transactional e-mail',
    description:
      'One published transactional e-mail goes to this contact, at most once per run. Needs the transactional e-mail add-on.',
    scopes: ['transactional-email'],
    ...shared,
  },
  perform: perform(sendTransactional),
});
