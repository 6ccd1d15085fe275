import { z } from 'zod';
import type { Org } from '../org.js';
import { fullId } from '../record-id.js';
import { failed, succeeded, type ActionRow } from './run-flow.js';

const name = 'emailSimple';
const mostAddresses = 5;
/** External addresses that a developer org may write to in a day. */
export const dailyEmails = 50;
const dayMs = 86_400_000;

const input = z.looseObject({
  emailAddresses: z.string().default(''),
  emailAddressesArray: z.array(z.string()).default([]),
  recipientId: z.string().optional(),
  emailSubject: z.string().default(''),
  emailBody: z.string().default(''),
  emailTemplateId: z.string().optional(),
  senderType: z.enum(['CurrentUser', 'DefaultWorkflowUser', 'OrgWideEmailAddress']).default('CurrentUser'),
  senderAddress: z.string().optional(),
});

/** What emailSimple takes, as describe lists it. */
export const emailInputs = Object.keys(input.shape);

export const emailsToday = ({ setup, clock }: Org): number =>
  setup.emails
    .filter(({ at }) => clock.now().getTime() - Date.parse(at) < dayMs)
    .reduce((sum, { to }) => sum + to.length, 0);

/** The standard action that sends an e-mail: here it is only kept. It asks nobody's consent, as in Salesforce. */
export function sendEmail(org: Org, given: unknown): ActionRow {
  const parsed = input.safeParse(given);
  if (!parsed.success) return failed(name, 'INVALID_API_INPUT', z.prettifyError(parsed.error));
  const { emailAddresses, emailAddressesArray, recipientId, emailSubject, emailBody, emailTemplateId, senderType } =
    parsed.data;
  const recipient = recipientId === undefined ? [] : addressOf(org, recipientId);
  if (recipient === null)
    return failed(name, 'INVALID_ID_FIELD', `The recipient ID ${recipientId ?? ''} has no email address`);
  const listed = emailAddresses.split(/[,;\s]+/).filter((address) => address !== '');
  const to = [...listed, ...emailAddressesArray, ...recipient];
  if (to.length === 0)
    return failed(name, 'REQUIRED_FIELD_MISSING', 'Missing required input parameter: emailAddresses');
  if (to.length > mostAddresses)
    return failed(name, 'LIMIT_EXCEEDED', `At most ${mostAddresses} addresses are allowed`);
  const wrong = to.find((address) => !/^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(address));
  if (wrong !== undefined) return failed(name, 'INVALID_EMAIL_ADDRESS', `Invalid email address: ${wrong}`);
  if (emailTemplateId === undefined && (emailSubject === '' || emailBody === ''))
    return failed(name, 'REQUIRED_FIELD_MISSING', 'Missing required input parameter: emailSubject or emailBody');
  if (emailsToday(org) + to.length > dailyEmails)
    return failed(
      name,
      'SINGLE_EMAIL_LIMIT_EXCEEDED',
      'Failed to send email: daily limit of external addresses reached',
    );
  const template =
    emailTemplateId === undefined ? undefined : org.schema.any('EmailTemplate').table.get(fullId(emailTemplateId));
  if (emailTemplateId !== undefined && template === undefined)
    return failed(name, 'INVALID_ID_FIELD', `There is no e-mail template ${emailTemplateId}`);
  org.setup.emails.push({
    at: org.clock.now().toISOString(),
    to,
    subject: emailSubject === '' ? String(template?.Subject ?? '') : emailSubject,
    body: emailBody === '' ? String(template?.Body ?? '') : emailBody,
    sender: parsed.data.senderAddress ?? senderType,
    templateId: emailTemplateId ?? null,
  });
  return succeeded(name, null);
}

/** null: there is no such person, or no address. */
function addressOf(org: Org, id: string): readonly string[] | null {
  const email = org.schema.ofId(id)?.table.get(fullId(id))?.Email;
  return email === undefined ? null : [String(email)];
}
