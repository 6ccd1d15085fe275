import type { HookRefusal, ProviderHookReply, ProviderWebhooks } from '../../provider-webhooks.js';
import type { HubspotSettings } from '../settings.js';
import { readEvents } from './read.js';
import { whyNotAuthentic } from './signature.js';

const reply = (status: number, body: string): ProviderHookReply => ({ status, contentType: 'text/plain', body });

/** HubSpot repeats whatever is not answered with 2xx, up to ten times in a day. */
const refusals = {
  not_authentic: reply(401, 'not authentic'),
  unreadable: reply(400, 'unreadable'),
  unavailable: reply(503, 'try again'),
} as const satisfies Record<HookRefusal, ProviderHookReply>;

/** @see https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide */
export const webhooks: ProviderWebhooks<HubspotSettings> = {
  setup: `1. In HubSpot open your app: Development → your app → Webhooks. One app has one target URL for all accounts that have connected it.
2. Enter {url} as the target URL.
3. Create subscriptions for contacts: created, deleted, deleted for privacy, merged, restored, and "property changed" for each property that Parley shall hear of.
4. For opt-outs of e-mail add "property changed" for hs_email_optout.
5. Activate the subscriptions: new ones are inactive.
6. Copy the client secret of the app (Auth) into the settings of this destination: HubSpot signs its calls with it.
7. If several accounts have connected the app, enter the ID of this account as well: events of others are ignored.`,
  verify: (request, { clientSecret }) =>
    clientSecret === undefined
      ? 'the destination has no client secret to check the signature with'
      : whyNotAuthentic(request, clientSecret),
  read: ({ body }, settings) => readEvents(body, settings),
  accepted: () => reply(200, 'ok'),
  refused: (_request, refusal) => refusals[refusal],
};
