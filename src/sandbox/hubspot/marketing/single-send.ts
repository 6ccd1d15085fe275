import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import type { Origin } from '../happening.js';
import { invalid, notFound, Problem } from '../problem.js';
import { shownValue } from '../records/computed.js';
import { accepted } from '../records/record-batches.js';
import { commit, planWrite } from '../records/record-write.js';
import { type Answer, type Call, ok } from '../route.js';
import type { EmailSend, MarketingEmail } from './marketing.js';

const sendSchema = z.object({
  emailId: z.int(),
  message: z.object({
    to: z.string(),
    from: z.string().optional(),
    sendId: z.string().optional(),
    replyTo: z.array(z.string()).optional(),
    cc: z.array(z.string()).optional(),
    bcc: z.array(z.string()).optional(),
  }),
  contactProperties: z.record(z.string(), z.coerce.string()).default({}),
  customProperties: z.record(z.string(), z.unknown()).default({}),
});

const addressShape = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** The add-on's call takes transactional e-mails, the newer one both kinds. */
export function singleSend(account: Account, version: 'v3' | 'v4', { body, origin }: Call): Answer {
  const { emailId, message, contactProperties, customProperties } = parsedBody(
    sendSchema,
    body,
    'PublicSingleSendRequestEgg',
  );
  const email = account.data.emails.find(({ id }) => id === emailId);
  if (email === undefined)
    throw new Problem(404, { message: `No email with id ${String(emailId)} was found`, category: 'OBJECT_NOT_FOUND' });
  if (version === 'v3' && email.type !== 'SINGLE_SEND_API')
    throw invalid(`The email ${String(emailId)} is not a transactional email and cannot be sent by this call.`);
  const to = message.to.trim().toLowerCase();
  const isValid = addressShape.test(to);
  if (isValid) writeContact(account, to, contactProperties, origin);
  const sent = record(account, email, to, isValid, {
    sendId: message.sendId ?? null,
    by: version === 'v3' ? 'Transactional single send' : 'Single send',
    customProperties,
  });
  return ok(pendingAnswer(sent));
}

/** A workflow sends one of the account's e-mails. */
export function workflowSend(account: Account, emailId: number, contactId: string, by: string): void {
  const email = account.data.emails.find(({ id }) => id === emailId);
  const to = account.contacts.get(contactId)?.properties.email;
  if (email !== undefined && to !== undefined)
    record(account, email, to, true, { sendId: null, by, customProperties: {} });
}

/** Whoever gets an e-mail is a contact. */
function writeContact(
  account: Account,
  email: string,
  properties: Readonly<Record<string, string>>,
  origin: Origin,
): void {
  const contact = account.contactByEmail(email);
  if (contact !== undefined && Object.keys(properties).length === 0) return;
  const values = contact === undefined ? { email, ...properties } : properties;
  commit(account, 'contacts', accepted(planWrite(account, 'contacts', contact, values, new Map())), origin);
}

function record(
  account: Account,
  email: MarketingEmail,
  to: string,
  isValid: boolean,
  asked: Pick<EmailSend, 'sendId' | 'by' | 'customProperties'>,
): EmailSend {
  const isRepeated = asked.sendId !== null && account.data.emailSends.some(({ sendId }) => sendId === asked.sendId);
  const requestedAt = account.now();
  const completesAt = new Date(Date.parse(requestedAt) + account.behaviour.emailDelayMs).toISOString();
  const sendResult = isRepeated ? 'IDEMPOTENT_IGNORE' : isValid ? outcome(account, email, to) : 'INVALID_TO_ADDRESS';
  const send = {
    ...asked,
    statusId: Buffer.from(randomUUID()).toString('base64url'),
    emailId: email.id,
    to,
    requestedAt,
    completesAt,
    sendResult,
    eventId: randomUUID(),
  };
  account.data.emailSends.push(send);
  if (sendResult === 'SENT')
    for (const type of ['SENT', 'DELIVERED'] as const)
      account.data.emailEvents.push({
        id: randomUUID(),
        type,
        created: Date.parse(completesAt),
        recipient: to,
        emailCampaignId: email.id,
        subject: email.subject,
      });
  return send;
}

/** Opt-outs stop marketing e-mail only; a transactional one is part of what was bought. */
function outcome(account: Account, { type, subscriptionId }: MarketingEmail, to: string): string {
  const { emailOutcomes } = account.behaviour;
  const played = Object.hasOwn(emailOutcomes, to) ? emailOutcomes[to] : undefined;
  if (played !== undefined) return played;
  if (type === 'SINGLE_SEND_API') return 'SENT';
  const { optOuts, subscriptionStatuses } = account.data;
  if (optOuts.some(({ email }) => email === to)) return 'PREVIOUSLY_UNSUBSCRIBED_PORTAL';
  const optedOut = subscriptionStatuses.some(
    (status) =>
      status.email === to && status.subscriptionId === String(subscriptionId) && status.status === 'UNSUBSCRIBED',
  );
  if (optedOut) return 'PREVIOUSLY_UNSUBSCRIBED_MESSAGE';
  const contact = account.contactByEmail(to);
  const isMarketing =
    contact !== undefined && shownValue(account, 'contacts', contact, 'hs_marketable_status') === 'true';
  return isMarketing ? 'SENT' : 'NON_MARKETABLE_CONTACT';
}

const pendingAnswer = ({ requestedAt, statusId }: EmailSend): object => ({ requestedAt, statusId, status: 'PENDING' });

/** What has become of a send. @throws Problem 404 */
export function sendStatus(account: Account, { params }: Call): Answer {
  const send = account.data.emailSends.find(({ statusId }) => statusId === params.statusId);
  if (send === undefined) throw notFound();
  if (send.completesAt > account.now()) return ok(pendingAnswer(send));
  return ok({
    ...pendingAnswer(send),
    status: 'COMPLETE',
    sendResult: send.sendResult,
    startedAt: send.requestedAt,
    completedAt: send.completesAt,
    eventId: { id: send.eventId, created: send.completesAt },
  });
}
