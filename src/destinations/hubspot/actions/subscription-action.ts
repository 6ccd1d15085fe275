import { z } from 'zod';
import type { ActionResult } from '../../action.js';
import type { Account } from '../account.js';
import { setStatus, unsubscribeFromAll } from '../api/preferences.js';
import { subscribe } from '../consent/subscribe.js';
import { mappingOptionsSchema } from '../mapping-options.js';
import { defineAction, done, eachAlone, type HubspotAction, type Run, withheld } from './action.js';

const inputSchema = z
  .strictObject({
    change: z
      .enum(['subscribe', 'unsubscribe', 'unsubscribeFromAll'])
      .describe('subscribe needs a consent to e-mail that is newer than any opt-out in HubSpot'),
    subscription: z
      .string()
      .trim()
      .default('')
      .describe('Name or ID of a subscription type; not for unsubscribeFromAll'),
    legalBasis: mappingOptionsSchema.shape.emailConsent.unwrap().shape.legalBasis,
    explanation: z
      .string()
      .max(1_000)
      .default('')
      .describe('Noted down with a subscription; left out: when and where the person consented'),
  })
  .refine(
    ({ change, subscription }) => change === 'unsubscribeFromAll' || subscription !== '',
    'Name a subscription type',
  );
type Input = z.infer<typeof inputSchema>;

async function change(account: Account, email: string, { runId, input, subject }: Run<Input>): Promise<ActionResult> {
  if (input.change === 'unsubscribeFromAll') {
    await unsubscribeFromAll(account.client, email);
    return done(runId);
  }
  const id = await account.directory.subscriptionId(input.subscription);
  if (input.change === 'unsubscribe')
    return done(runId, { already: !(await setStatus(account.client, email, id, 'UNSUBSCRIBED', null)) });
  const { email: consent } = subject.consents;
  const said = `Consent given ${consent?.at ?? ''} (${consent?.source ?? ''})`;
  const subscribed = await subscribe(account, email, id, consent, {
    legalBasis: input.legalBasis,
    legalBasisExplanation: input.explanation === '' ? said : input.explanation,
  });
  return subscribed.outcome === 'refused'
    ? withheld(runId, subscribed.code, subscribed.message)
    : done(runId, { already: subscribed.outcome === 'already' });
}

export const changeSubscription: HubspotAction = defineAction({
  declaration: {
    id: 'subscription.change',
    title: 'Change an e-mail subscription',
    description:
      'The contact’s address is subscribed to one of the account’s subscription types or unsubscribed from it. Nobody who has opted out is subscribed again without a newer consent.',
    input: inputSchema,
    nature: 'repeatable',
    subject: 'record',
    // Unsubscribing needs none; subscribing checks the consent together with HubSpot's own opt-outs.
    consent: null,
    scopes: ['communication_preferences.read', 'communication_preferences.write'],
    batchSize: 20,
  },
  perform: (account, runs) =>
    eachAlone(runs, (run) => {
      const { email } = run.subject;
      return email === null
        ? Promise.resolve(withheld(run.runId, 'NO_EMAIL', 'This person has no e-mail address'))
        : change(account, email, run);
    }),
});
