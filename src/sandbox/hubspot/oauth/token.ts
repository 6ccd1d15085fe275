import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Account } from '../account.js';
import { Problem } from '../problem.js';
import { type Answer, type Call, ok } from '../route.js';
import type { Grant, OauthApp } from './grant.js';

const bodySchema = z.object({
  grant_type: z.string().default(''),
  client_id: z.string().default(''),
  client_secret: z.string().default(''),
  redirect_uri: z.string().default(''),
  code: z.string().default(''),
  code_verifier: z.string().optional(),
  refresh_token: z.string().default(''),
});
type Body = z.infer<typeof bodySchema>;

/** Errors here are not of HubSpot's common shape. */
const refused = (status: string, message: string, error = 'invalid_grant'): Problem =>
  new Problem(400, { status, message, error, error_description: message });

/** A code or a refresh token becomes an access token. The refresh token stays the same. @throws Problem 400 */
export function giveToken(account: Account, { body }: Call): Answer {
  const sent = bodySchema.parse(body ?? {});
  const app = authenticatedApp(account, sent);
  const kinds: Readonly<Record<string, (account: Account, app: OauthApp, sent: Body) => Grant>> = {
    authorization_code: byCode,
    refresh_token: byRefreshToken,
  };
  const kind = Object.hasOwn(kinds, sent.grant_type) ? kinds[sent.grant_type] : undefined;
  if (kind === undefined)
    throw refused('BAD_GRANT_TYPE', `missing or unknown grant type "${sent.grant_type}"`, 'unsupported_grant_type');
  const grant = kind(account, app, sent);
  const { accessTokenSeconds } = account.behaviour;
  const now = Date.parse(account.now());
  const token = `CN${randomBytes(150).toString('base64url')}`;
  const expiresAt = new Date(now + accessTokenSeconds * 1_000).toISOString();
  const hourAgo = new Date(now - 3_600_000).toISOString();
  account.data.oauthTokens = [
    ...account.data.oauthTokens.filter((known) => known.expiresAt > hourAgo),
    { token, refreshToken: grant.refreshToken, expiresAt },
  ];
  return ok({
    token_type: 'bearer',
    access_token: token,
    refresh_token: grant.refreshToken,
    expires_in: accessTokenSeconds,
    hub_id: account.portalId,
    scopes: grant.scopes,
    user_id: grant.userId,
    token_use: 'access_token',
  });
}

/** @throws Problem 400 */
export function authenticatedApp(
  account: Account,
  { client_id, client_secret }: Pick<Body, 'client_id' | 'client_secret'>,
): OauthApp {
  const app = account.data.oauthApps.find(({ clientId }) => clientId === client_id);
  if (app === undefined) throw refused('BAD_CLIENT_ID', 'missing or unknown client id', 'invalid_client');
  if (app.clientSecret !== client_secret)
    throw refused('BAD_CLIENT_SECRET', 'missing or invalid client secret', 'invalid_client');
  return app;
}

/** A code is good once. */
function byCode(account: Account, { clientId }: OauthApp, sent: Body): Grant {
  const { data } = account;
  const code = data.oauthCodes.find((known) => known.code === sent.code && known.clientId === clientId);
  data.oauthCodes = data.oauthCodes.filter((known) => known !== code);
  if (code === undefined || code.expiresAt <= account.now())
    throw refused('BAD_AUTH_CODE', 'missing or unknown auth code');
  if (code.redirectUri !== sent.redirect_uri)
    throw refused('BAD_REDIRECT_URI', 'redirect URI does not match the one the code was given for');
  const challenge = createHash('sha256')
    .update(sent.code_verifier ?? '')
    .digest('base64url');
  if (code.codeChallenge !== null && code.codeChallenge !== challenge)
    throw refused('BAD_AUTH_CODE', 'code verifier does not match the code challenge');
  const grant = { refreshToken: randomUUID(), clientId, scopes: code.scopes, userId: 5_501, revoked: false };
  data.oauthGrants.push(grant);
  return grant;
}

function byRefreshToken(account: Account, { clientId }: OauthApp, sent: Body): Grant {
  const grant = account.data.oauthGrants.find((known) => known.refreshToken === sent.refresh_token);
  if (grant === undefined || grant.revoked || grant.clientId !== clientId)
    throw refused('BAD_REFRESH_TOKEN', 'refresh token is invalid, expired or revoked');
  return grant;
}
