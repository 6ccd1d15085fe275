import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Account } from './account.js';
import type { Consents } from './consent/consents.js';
import { commit, planWrite } from './records/record-write.js';

/** What people may do that no call of the API does. */
export const activitySchema = z.discriminatedUnion('did', [
  z.strictObject({
    did: z.enum(['opened', 'clicked', 'bounced', 'reported_spam']),
    email: z.email(),
    emailId: z.int().optional().describe('Left out: the last e-mail that went to them'),
    url: z.string().optional().describe('What was clicked'),
  }),
  z.strictObject({
    did: z.enum(['unsubscribed', 'subscribed']),
    email: z.email(),
    subscriptionId: z.string().optional().describe('Left out: from all e-mail'),
  }),
  z.strictObject({
    did: z.literal('submitted_form'),
    formId: z.string().optional().describe('Left out: the account’s first form'),
    values: z.record(z.string(), z.string()),
    pageUrl: z.string().default('https://www.parley.example/contact'),
  }),
  z.strictObject({ did: z.literal('restored'), contactId: z.string().describe('An archived contact') }),
]);
export type Activity = z.infer<typeof activitySchema>;

const eventTypes = { opened: 'OPEN', clicked: 'CLICK', bounced: 'BOUNCE', reported_spam: 'SPAMREPORT' } as const;
const byPerson = { changeSource: 'EMAIL', sourceId: 'recipient' };

/** Plays it, as if it had happened out there. @throws Error in one sentence when it cannot have happened */
export function play(account: Account, consents: Consents, activity: Activity): void {
  switch (activity.did) {
    case 'submitted_form':
      submission(account, activity);
      break;
    case 'subscribed':
    case 'unsubscribed':
      subscription(account, consents, activity);
      break;
    case 'restored':
      restore(account, activity.contactId);
      break;
    case 'opened':
    case 'clicked':
    case 'bounced':
    case 'reported_spam':
      emailEvent(account, activity);
      break;
  }
}

function emailEvent(
  account: Account,
  { did, email, emailId, url }: Extract<Activity, { did: keyof typeof eventTypes }>,
): void {
  const recipient = email.toLowerCase();
  const last = account.data.emailSends.findLast(({ to }) => to === recipient)?.emailId;
  const emailCampaignId = emailId ?? last ?? account.data.emails[0]?.id;
  if (emailCampaignId === undefined) throw new Error('The account has no e-mail that could be opened.');
  account.data.emailEvents.push({
    id: randomUUID(),
    type: eventTypes[did],
    created: Date.parse(account.now()),
    recipient,
    emailCampaignId,
    ...(url === undefined ? {} : { url }),
  });
  const contact = account.contactByEmail(recipient);
  if (contact !== undefined) account.contacts.update(contact, new Map(), byPerson);
}

function subscription(
  account: Account,
  consents: Consents,
  { did, email, subscriptionId }: Extract<Activity, { did: 'subscribed' | 'unsubscribed' }>,
): void {
  const address = email.toLowerCase();
  if (did === 'unsubscribed' && subscriptionId === undefined) {
    consents.unsubscribeAll(address, byPerson);
    return;
  }
  const wanted = subscriptionId === undefined ? account.data.subscriptionTypes.map(({ id }) => id) : [subscriptionId];
  const state = did === 'subscribed' ? 'SUBSCRIBED' : 'UNSUBSCRIBED';
  const basis = { legalBasis: 'CONSENT_WITH_NOTICE', legalBasisExplanation: 'Preferences page' } as const;
  for (const id of wanted)
    consents.set({ email: address, subscriptionId: id, state, source: 'Preferences page', ...basis }, byPerson);
}

function submission(account: Account, { formId, values, pageUrl }: Extract<Activity, { did: 'submitted_form' }>): void {
  const form = account.data.forms.find(({ id }) => formId === undefined || id === formId);
  if (form === undefined) throw new Error(`The account has no form ${formId ?? ''}.`);
  account.data.submissions.push({
    formId: form.id,
    conversionId: randomUUID(),
    submittedAt: Date.parse(account.now()),
    pageUrl,
    values: Object.entries(values).map(([name, value]) => ({ name, value, objectTypeId: '0-1' })),
  });
  const known = account.contactByEmail(values.email ?? '');
  const planned = planWrite(account, 'contacts', known, values, new Map());
  if (!('values' in planned)) throw new Error(planned.message);
  commit(account, 'contacts', planned, { changeSource: 'FORM', sourceId: form.id });
}

function restore(account: Account, contactId: string): void {
  const contact = account.contacts.get(contactId, true);
  if (contact === undefined) throw new Error(`There is no archived contact ${contactId}.`);
  account.contacts.restore(contact, { changeSource: 'CRM_UI', sourceId: 'userId:5501' });
}
