import { OAuth2 } from 'jsforce/lib/core.js';
import { z } from 'zod';
import { FetchTransport } from './fetch-transport.js';
import type { Token } from './session.js';
import type { SalesforceSettings } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';

/** What is asked of the token endpoint beside the app's own id and secret. */
export type TokenRequest = Readonly<Record<string, string>> & { readonly grant_type: string };

const tokenAnswer = z
  .object({
    access_token: z.string().min(1),
    instance_url: z.string().min(1),
    refresh_token: z.string().min(1).optional(),
    id: z.string().optional(),
    scope: z.string().optional(),
  })
  .transform(({ access_token, instance_url, refresh_token, id, scope }) => ({
    accessToken: access_token,
    instanceUrl: instance_url.replace(/\/+$/, ''),
    refreshToken: refresh_token ?? null,
    id,
    scope,
  }));
export type TokenAnswer = z.infer<typeof tokenAnswer>;

/**
 * One request to the org's token endpoint.
 * @throws DeliveryError
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flows.htm
 */
export async function askForToken(
  settings: SalesforceSettings,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const transport = new FetchTransport(signal);
  const oauth = oauthOf(settings);
  oauth._transport = transport;
  try {
    return tokenAnswer.parse(await oauth.requestToken(request));
  } catch (thrown) {
    throw toDeliveryError(thrown, transport.status);
  }
}

export function oauthOf({ instanceUrl, clientId, clientSecret }: SalesforceSettings, redirectUri?: string): OAuth2 {
  return new OAuth2({
    loginUrl: instanceUrl,
    clientId,
    ...(clientSecret === '' ? {} : { clientSecret }),
    ...(redirectUri === undefined ? {} : { redirectUri }),
  });
}

/** The token answer's `id` is an address that ends in the org's and the user's id. */
export function identityIn(id: string | undefined): Token['identity'] {
  const [, organizationId, userId] = /\/id\/(00D\w{12,15})\/(005\w{12,15})$/.exec(id ?? '') ?? [];
  return organizationId === undefined || userId === undefined ? null : { organizationId, userId };
}
