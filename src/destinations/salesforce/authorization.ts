import { DeliveryError } from '../delivery-error.js';
import type { Authorization, Grant } from '../authorization.js';
import { askForToken, oauthOf, type TokenAnswer, type TokenRequest } from './oauth.js';
import type { SalesforceSettings } from './settings.js';

const scope = 'api refresh_token id';

/** A person's sign-in in the browser: OAuth's web-server flow with PKCE, at the org's own My Domain host. */
export const authorization: Authorization<SalesforceSettings> = {
  applies: ({ signIn }) => signIn === 'web_server',
  authorizeUrl: (settings, { redirectUri, state, codeChallenge }) =>
    oauthOf(settings, redirectUri).getAuthorizationUrl({
      scope,
      state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      prompt: 'login consent',
    }),
  exchange: async (settings, { code, redirectUri, codeVerifier }) => {
    const request = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier };
    return toGrant(await ask(settings, request), null);
  },
  refresh: async (settings, { refreshToken }) => {
    if (refreshToken === null)
      throw new DeliveryError('unauthorized', 'Salesforce gave no refresh token: allow the scope "refresh_token"', {
        code: 'NO_REFRESH_TOKEN',
      });
    return toGrant(await ask(settings, { grant_type: 'refresh_token', refresh_token: refreshToken }), refreshToken);
  },
  // Salesforce counts by org.
  limitedAs: (_settings, { instanceUrl }) => instanceUrl ?? null,
};

const ask = (settings: SalesforceSettings, request: TokenRequest): Promise<TokenAnswer> =>
  askForToken(settings, request, AbortSignal.timeout(settings.timeoutSeconds * 1_000));

/** @param before the refresh token that still counts where Salesforce does not rotate them */
const toGrant = (
  { accessToken, refreshToken, instanceUrl, id, scope: granted }: TokenAnswer,
  before: string | null,
): Grant => ({
  accessToken,
  refreshToken: refreshToken ?? before,
  expiresAt: null, // Salesforce does not say: a refused call tells
  details: {
    instanceUrl,
    ...(id === undefined ? {} : { id }),
    ...(granted === undefined ? {} : { scope: granted }),
  },
});
