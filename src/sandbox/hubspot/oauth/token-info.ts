import { z } from 'zod';
import type { Account } from '../account.js';
import { notFound, Problem } from '../problem.js';
import { type Answer, type Call, noContent, ok } from '../route.js';
import type { Grant } from './grant.js';
import { authenticatedApp } from './token.js';

const tokenSchema = z.object({
  token: z.string().default(''),
  client_id: z.string().default(''),
  client_secret: z.string().default(''),
});

interface Found {
  readonly grant: Grant;
  /** null: it is a refresh token. */
  readonly access: { readonly token: string; readonly expiresAt: string } | null;
}

function find(account: Account, token: string): Found | undefined {
  const access = account.data.oauthTokens.find((known) => known.token === token && known.expiresAt > account.now());
  const grant = account.data.oauthGrants.find(({ refreshToken }) => refreshToken === (access?.refreshToken ?? token));
  return grant === undefined || (access === undefined && grant.revoked) ? undefined : { grant, access: access ?? null };
}

function described(account: Account, { grant, access }: Found): Record<string, unknown> {
  const { scopes, userId, clientId, refreshToken } = grant;
  const common = {
    hub_id: account.portalId,
    hub_domain: `sandbox-${String(account.portalId)}.hubspot.example`,
    user: account.data.owners.find((owner) => owner.userId === userId)?.email ?? '',
    user_id: userId,
    scopes,
  };
  if (access === null) return { ...common, client_id: clientId, token: refreshToken, token_type: 'refresh' };
  const appId = account.data.oauthApps.find((app) => app.clientId === clientId)?.appId ?? 0;
  const expiresAt = Date.parse(access.expiresAt);
  return {
    ...common,
    app_id: appId,
    token: access.token,
    token_type: 'access',
    expires_in: Math.max(0, Math.round((expiresAt - Date.parse(account.now())) / 1_000)),
    is_private_distribution: false,
    signed_access_token: {
      expiresAt,
      scopes: scopes.join(','),
      hubId: account.portalId,
      userId,
      appId,
      signature: '',
      scopeToScopeGroupPks: '',
      newSignature: '',
      hublet: 'eu1',
      trialScopes: '',
      trialScopeToScopeGroupPks: '',
      isUserLevel: false,
      isPrivateDistribution: false,
      isServiceAccount: false,
      installingUserId: userId,
      appInstallId: '1',
      audience: 'user',
    },
  };
}

/** GET by the token itself; no other proof is asked for. @throws Problem 404 */
export function tokenInfo(account: Account, kind: 'access' | 'refresh', { params }: Call): Answer {
  const found = find(account, params.token ?? '');
  if (found === undefined || (found.access === null) !== (kind === 'refresh'))
    throw new Problem(404, { message: `${kind} token not found`, category: 'OBJECT_NOT_FOUND' }, notFound().headers);
  return ok(described(account, found));
}

/** The newer way, with the app's secret; an unknown token is inactive and no error. */
export function introspect(account: Account, { body }: Call): Answer {
  const sent = tokenSchema.parse(body ?? {});
  const { clientId, appId } = authenticatedApp(account, sent);
  const found = find(account, sent.token);
  if (found?.grant.clientId !== clientId) return ok({ active: false });
  const token_use = found.access === null ? 'refresh_token' : 'access_token';
  return ok({ ...described(account, found), active: true, app_id: appId, client_id: clientId, token_use });
}

/** Access tokens live on until they end. */
export function revoke(account: Account, { body }: Call): Answer {
  const sent = tokenSchema.parse(body ?? {});
  const { clientId } = authenticatedApp(account, sent);
  end(account, ({ grant, access }) => grant.clientId === clientId && access === null, sent.token);
  return noContent;
}

export function deleteRefreshToken(account: Account, { params }: Call): Answer {
  end(account, ({ access }) => access === null, params.token ?? '');
  return noContent;
}

function end(account: Account, may: (found: Found) => boolean, token: string): void {
  const found = find(account, token);
  if (found !== undefined && may(found)) found.grant.revoked = true;
}
