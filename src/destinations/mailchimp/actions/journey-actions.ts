import { z } from 'zod';
import { DeliveryError } from '../../delivery-error.js';
import type { ActionWithheld } from '../../action.js';
import { reasonFor } from '../one-by-one.js';
import { addressOf, done, eachRun, withheldRun, type ActionTools, type Run } from './action.js';

const number = z.string().regex(/^\d+$/);
const plain = { subject: 'record', consent: 'email', scopes: [], batchSize: 50 } as const;

const journeyInput = z.strictObject({
  journeyId: number.describe('Journey ID, as the step’s "Customer Journeys API" condition shows it'),
  stepId: number.describe('Step ID, from the same place'),
});

export const triggerJourney = eachRun(
  {
    ...plain,
    id: 'journey.trigger',
    title: 'Start a customer journey',
    description: 'The contact starts at a step of a customer journey and gets what the journey sends.',
    input: journeyInput,
    // There is no way to ask Mailchimp who is in a journey, and each call starts it once more.
    nature: 'once',
  },
  {
    one: async (tools, run) => {
      const refusal = await notMailable(tools, run);
      if (refusal !== null) return refusal;
      const { journeyId, stepId } = run.input;
      await tools.marketing.trigger(Number(journeyId), Number(stepId), addressOf(run));
      return done(run, { reference: `${journeyId}/${stepId}` });
    },
  },
);

const automationInput = z.strictObject({
  workflowId: z.string().min(1).describe('ID of the classic automation'),
  emailId: z.string().min(1).describe('ID of its e-mail'),
});

export const enqueueAutomation = eachRun(
  {
    ...plain,
    id: 'automation.enqueue',
    title: 'Add to a classic automation',
    description: 'The contact is queued for an e-mail of a classic automation.',
    input: automationInput,
    // Mailchimp refuses whom it has queued before, so asking again does no harm.
    nature: 'repeatable',
  },
  {
    one: async (tools, run) => {
      const refusal = await notMailable(tools, run);
      if (refusal !== null) return refusal;
      const { workflowId, emailId } = run.input;
      const reference = `${workflowId}/${emailId}`;
      try {
        await tools.marketing.enqueue(workflowId, emailId, addressOf(run));
        return done(run, { reference });
      } catch (error) {
        if (error instanceof DeliveryError && alreadyQueued.test(error.message))
          return done(run, { reference, already: true });
        throw error;
      }
    },
  },
);

/** Mailchimp has no title of its own for these two. */
const alreadyQueued = /already (been triggered for|sent) this email/i;

/** Only a subscribed member gets mail; anybody else would be an error there. */
async function notMailable({ client }: ActionTools, run: Run<unknown>): Promise<ActionWithheld | null> {
  const member = await client.member(addressOf(run));
  if (member === null)
    return withheldRun(run, { code: 'not_at_mailchimp', message: 'The audience has no contact with this address' });
  if (member.status === 'subscribed') return null;
  if (member.status === 'pending')
    return withheldRun(run, {
      code: 'not_confirmed',
      message: 'The person has not yet confirmed the subscription that Mailchimp asked about',
    });
  return withheldRun(run, reasonFor(member.status));
}
