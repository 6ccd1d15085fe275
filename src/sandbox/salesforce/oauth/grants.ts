import { createHash, randomBytes } from 'node:crypto';
import type { Org } from '../org.js';
import { userOfAssertion } from './jwt-assertion.js';
import { invalidGrant, OAuthRefusal } from './oauth-refusal.js';

export type TokenForm = Readonly<Record<string, string>>;

/** Who gets a session, and what else goes with it. */
export interface Granted {
  readonly userId: string;
  readonly scope: string;
  /** null: the flow gives none. */
  readonly refreshToken: string | null;
  /** It is new to the caller. */
  readonly showRefreshToken: boolean;
}

type Grant = (org: Org, form: TokenForm, origin: string) => Granted | Promise<Granted>;

const codeLivesMs = 15 * 60_000;

/** The ways to a session, by `grant_type`. Each throws OAuthRefusal. */
const grants: Readonly<Record<string, Grant>> = {
  client_credentials: (org, form) => {
    checkApp(org, form, true);
    const { connectedApp, organization } = org.setup;
    if (!connectedApp.runAsUserSet) throw invalidGrant('no client credentials user enabled');
    return { userId: organization.userId, scope: 'api', refreshToken: null, showRefreshToken: false };
  },
  authorization_code: redeemCode,
  refresh_token: refresh,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': async (org, { assertion = '' }, origin) => {
    const userId = await userOfAssertion(org, assertion, origin);
    return { userId, scope: 'api', refreshToken: null, showRefreshToken: false };
  },
};

export function grantFor({ grant_type = '' }: TokenForm): Grant {
  const grant = grants[grant_type];
  if (grant === undefined) throw new OAuthRefusal('unsupported_grant_type', 'grant type not supported');
  return grant;
}

/** @param needsSecret without it an app may prove itself by PKCE alone */
function checkApp({ setup: { connectedApp } }: Org, form: TokenForm, needsSecret: boolean): void {
  if (form.client_id !== connectedApp.clientId)
    throw new OAuthRefusal('invalid_client_id', 'client identifier invalid');
  if (form.client_secret === undefined && !needsSecret) return;
  if (form.client_secret !== connectedApp.clientSecret)
    throw new OAuthRefusal('invalid_client', 'invalid client credentials');
}

function redeemCode(org: Org, form: TokenForm): Granted {
  const { setup, clock } = org;
  checkApp(org, form, form.code_verifier === undefined);
  const found = setup.authorizationCodes.find(({ code }) => code === form.code);
  // A code is good for one try.
  setup.authorizationCodes = setup.authorizationCodes.filter((one) => one !== found);
  if (found === undefined) throw invalidGrant('invalid authorization code');
  if (clock.now().getTime() - Date.parse(found.issuedAt) > codeLivesMs)
    throw invalidGrant('expired authorization code');
  if (form.redirect_uri !== found.redirectUri)
    throw new OAuthRefusal('redirect_uri_mismatch', 'redirect_uri must match configuration');
  if (found.challenge !== null && challengeOf(form.code_verifier ?? '') !== found.challenge)
    throw invalidGrant('invalid code verifier');
  const token = newRefreshToken();
  setup.refreshTokens.push({ token, userId: found.userId, scope: found.scope, issuedAt: clock.now().toISOString() });
  return { userId: found.userId, scope: found.scope, refreshToken: token, showRefreshToken: true };
}

function refresh(org: Org, form: TokenForm): Granted {
  const { setup, clock } = org;
  checkApp(org, form, false);
  const known = setup.refreshTokens.find(({ token }) => token === form.refresh_token);
  if (known === undefined) throw invalidGrant('expired access/refresh token');
  const { userId, scope, token } = known;
  if (!setup.connectedApp.refreshTokenRotation) return { userId, scope, refreshToken: token, showRefreshToken: false };
  const next = { ...known, token: newRefreshToken(), issuedAt: clock.now().toISOString() };
  setup.refreshTokens = setup.refreshTokens.map((one) => (one === known ? next : one));
  for (const session of setup.sessions) if (session.refreshToken === token) session.refreshToken = next.token;
  return { userId, scope, refreshToken: next.token, showRefreshToken: true };
}

const newRefreshToken = (): string => `5Aep861${randomBytes(48).toString('base64url')}`;
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
