import { z } from 'zod';
import type { Account } from '../account.js';
import { parsedBody } from '../body.js';
import { invalid } from '../problem.js';
import { type Answer, type Call, ok, type Route } from '../route.js';
import type { Consents, Standing } from './consents.js';
import { legalBases } from './subscription.js';

const base = '/communication-preferences/v3';
const read = ['communication_preferences.read', 'communication_preferences.read_write'];
const write = ['communication_preferences.write', 'communication_preferences.read_write'];

const updateSchema = z.object({
  emailAddress: z.string(),
  subscriptionId: z.string(),
  legalBasis: z.enum(legalBases).optional(),
  legalBasisExplanation: z.string().optional(),
});

/** The older calls: they do not bring back who has opted out. */
export function consentRoutesV3(account: Account, consents: Consents): Route[] {
  const update = (state: 'SUBSCRIBED' | 'UNSUBSCRIBED', { body, origin }: Call): Answer => {
    const sent = parsedBody(updateSchema, body, 'PublicUpdateSubscriptionStatusRequest');
    const email = sent.emailAddress.trim().toLowerCase();
    const { emailAddress: _emailAddress, subscriptionId, ...basis } = sent;
    const before = consents.standing(email, consents.type(subscriptionId));
    if (state === 'SUBSCRIBED' && before.state === 'UNSUBSCRIBED')
      throw invalid(`Subscription ${subscriptionId} for ${email} cannot be updated because they have unsubscribed`);
    return ok(statusAnswer(consents.set({ email, subscriptionId, state, source: 'API', ...basis }, origin).standing));
  };
  return [
    {
      method: 'GET',
      path: `${base}/definitions`,
      scopes: read,
      handle: () => ok({ subscriptionDefinitions: account.data.subscriptionTypes }),
    },
    {
      method: 'GET',
      path: `${base}/status/email/:email`,
      scopes: read,
      handle: ({ params }) => {
        const email = (params.email ?? '').trim().toLowerCase();
        return ok({ recipient: email, subscriptionStatuses: consents.standings(email).map(statusAnswer) });
      },
    },
    { method: 'POST', path: `${base}/subscribe`, scopes: write, handle: (call) => update('SUBSCRIBED', call) },
    { method: 'POST', path: `${base}/unsubscribe`, scopes: write, handle: (call) => update('UNSUBSCRIBED', call) },
  ];
}

const statusAnswer = ({ type, state, optedOutOfAll, kept }: Standing): object => ({
  id: type.id,
  name: type.name,
  description: type.description,
  status: state === 'SUBSCRIBED' ? 'SUBSCRIBED' : 'NOT_SUBSCRIBED',
  sourceOfStatus: optedOutOfAll ? 'PORTAL_WIDE_STATUS' : 'SUBSCRIPTION_STATUS',
  ...(kept?.legalBasis === undefined ? {} : { legalBasis: kept.legalBasis }),
  ...(kept?.legalBasisExplanation === undefined ? {} : { legalBasisExplanation: kept.legalBasisExplanation }),
});
