import { Client } from '@hubspot/api-client';
import { z } from 'zod';
import type { Authorization, Grant } from '../authorization.js';
import { aborted } from './aborted.js';
import { hubspotActions } from './actions/index.js';
import { hubspotStreams } from './history/index.js';
import { RequestError } from './request-error.js';
import { syncNeeds } from './scopes.js';
import { type HubspotSettings, publicBaseUrl } from './settings.js';
import { toDeliveryError } from './to-delivery-error.js';

/** Without these there is no sync; the others an account may lack, because HubSpot grants only what its edition has. */
const requiredScopes = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.schemas.contacts.read',
  'crm.schemas.contacts.write',
];

/** All that anything here could need: HubSpot leaves out those that an account does not have. */
const optionalScopes = [
  ...new Set([
    ...Object.keys(syncNeeds),
    ...hubspotActions.flatMap(({ declaration }) => declaration.scopes),
    ...hubspotStreams.flatMap(({ declaration }) => declaration.scopes),
  ]),
].filter((scope) => !requiredScopes.includes(scope));

/** The version that takes PKCE; parameters go in the body only. */
const tokenPath = '/oauth/v3/token';
const timeoutMs = 20_000;

const tokenSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  expires_in: z.number(),
  hub_id: z.coerce.string().optional(),
  scopes: z.array(z.string()).optional(),
});

/** @see https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth */
export const authorization: Authorization<HubspotSettings> = {
  applies: ({ accessToken }) => accessToken === undefined,

  authorizeUrl({ clientId, baseUrl }, { redirectUri, state, codeChallenge }) {
    // A sandbox shows the page itself; HubSpot has a host for it.
    const url = new URL(`${baseUrl === publicBaseUrl ? 'https://app.hubspot.com' : baseUrl}/oauth/authorize`);
    url.search = new URLSearchParams({
      client_id: clientId ?? '',
      redirect_uri: redirectUri,
      scope: requiredScopes.join(' '),
      optional_scope: optionalScopes.join(' '),
      state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })
      .toString()
      .replaceAll('+', '%20');
    return url.href;
  },

  exchange: (settings, { code, redirectUri, codeVerifier, now }) =>
    grantFor(settings, now, null, {
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code,
      code_verifier: codeVerifier,
    }),

  refresh: (settings, grant, now) =>
    grantFor(settings, now, grant, { grant_type: 'refresh_token', refresh_token: grant.refreshToken ?? '' }),

  // HubSpot counts by app and account.
  limitedAs: ({ clientId = '' }, { portalId }) => (portalId === undefined ? null : `${clientId} ${portalId}`),
};

/** HubSpot normally gives the same refresh token again, or none; then the old one stays. */
async function grantFor(
  settings: HubspotSettings,
  now: Date,
  before: Grant | null,
  parameters: Readonly<Record<string, string>>,
): Promise<Grant> {
  const token = await askForToken(settings, now, parameters);
  return {
    accessToken: token.access_token,
    refreshToken: token.refresh_token ?? before?.refreshToken ?? null,
    expiresAt: new Date(now.getTime() + token.expires_in * 1_000),
    details: {
      ...before?.details,
      ...(token.hub_id === undefined ? {} : { portalId: token.hub_id }),
      ...(token.scopes === undefined ? {} : { scopes: token.scopes.join(' ') }),
    },
  };
}

async function askForToken(
  { baseUrl, clientId = '', clientSecret = '', timeZone }: HubspotSettings,
  now: Date,
  parameters: Readonly<Record<string, string>>,
): Promise<z.infer<typeof tokenSchema>> {
  const { code = '', code_verifier: verifier = '', refresh_token: refreshToken = '' } = parameters;
  const secrets = [clientSecret, code, verifier, refreshToken];
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await Promise.race([
      new Client({ basePath: baseUrl, numberOfApiCallRetries: 0 }).apiRequest({
        method: 'POST',
        path: tokenPath,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        defaultJson: false,
        body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...parameters }).toString(),
      }),
      aborted(signal),
    ]);
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new RequestError(response.status, body, Object.fromEntries(response.headers));
    return tokenSchema.parse(body);
  } catch (thrown) {
    throw toDeliveryError(thrown, { repeatable: true, timedOut: signal.aborted, now, timeZone, secrets });
  }
}
