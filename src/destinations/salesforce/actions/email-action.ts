import { z } from 'zod';
import type { ActionResult } from '../../action.js';
import { DeliveryError } from '../../delivery-error.js';
import { readOptOuts, type OptOutState } from '../opt-out-state.js';
import { complaint } from '../wire.js';
import { complaintError } from '../to-delivery-error.js';
import { flagInput } from './inputs.js';
import { done, eachAlone, salesforceAction, withheld, type Asked } from './salesforce-action.js';

const input = z.strictObject({
  subject: z.string().trim().min(1).max(255).describe('Subject'),
  text: z.string().trim().min(1).max(32_000).describe('The e-mail’s text'),
  sender: z
    .enum(['CurrentUser', 'DefaultWorkflowUser', 'OrgWideEmailAddress'])
    .default('CurrentUser')
    .describe('Who sends it: the integration user, the org’s default workflow user, or an org-wide address'),
  senderAddress: z
    .union([z.literal(''), z.email()])
    .default('')
    .describe('Only with OrgWideEmailAddress: that address'),
  logged: flagInput.default(true).describe('Log it at the person’s record'),
});

const answer = z.array(z.object({ isSuccess: z.boolean(), errors: z.array(complaint).nullish() }));

export const emailSend = salesforceAction(
  {
    id: 'email.send',
    title: 'Send an e-mail',
    description: 'Sends one e-mail to the person through Salesforce, unless Salesforce says that they have opted out.',
    input,
    nature: 'once',
    subject: 'record',
    consent: 'email',
    scopes: ['Send Email', 'Email deliverability: all email'],
    batchSize: 20,
  },
  async ({ client, schemas }, asked) => {
    const stateOf = await readOptOuts(
      { client, schemas },
      asked.map(({ request }) => request.subject?.remoteId ?? ''),
    );
    return eachAlone(asked, (one) => {
      const refusal = refusalOf(one, stateOf(one.request.subject?.remoteId ?? ''));
      return refusal === null ? send(client, one) : Promise.resolve(refusal);
    });
  },
);

type Input = z.output<typeof input>;

/** Salesforce's own action does not look at the boxes, so we do; what cannot be seen counts as no. */
function refusalOf({ request }: Asked<Input>, state: OptOutState): ActionResult | null {
  const words = {
    opted_out: 'Salesforce says that the person has opted out of e-mail',
    unknown: 'Whether the person has opted out cannot be seen in Salesforce, so nothing is sent',
    allowed: null,
  } as const satisfies Record<OptOutState, string | null>;
  const message = request.subject?.email === null ? 'There is no e-mail address to send to' : words[state];
  return message === null
    ? null
    : withheld(request, request.subject?.email === null ? 'NO_EMAIL' : state.toUpperCase(), message);
}

async function send(
  client: Parameters<typeof readOptOuts>[0]['client'],
  { request, input: { subject, text, sender, senderAddress, logged } }: Asked<Input>,
): Promise<ActionResult> {
  client.checkBudget();
  const remoteId = request.subject?.remoteId ?? '';
  const body = {
    inputs: [
      {
        emailSubject: subject,
        emailBody: text,
        senderType: sender,
        ...(senderAddress === '' ? {} : { senderAddress }),
        // Only a contact or a lead can have it in its history; it goes to the address of the record then, and to no other.
        ...(logged && /^(003|00Q)/.test(remoteId)
          ? { recipientId: remoteId, logEmailOnSend: true }
          : { emailAddresses: request.subject?.email ?? '' }),
      },
    ],
  };
  const call = { operation: 'email.send', records: 1, repeatable: false };
  const url = '/actions/standard/emailSimple';
  const [sent] = await client.request(call, { method: 'POST', url, body, alsoReads: [400] }, answer);
  const [first] = sent?.errors ?? [];
  if (sent?.isSuccess === true) return done(request, null);
  if (first !== undefined) throw complaintError(first, 200);
  throw new DeliveryError('unknown', 'Salesforce did not say whether the e-mail was sent', { code: 'RESULT_MISSING' });
}
