import type { Account } from './account.js';
import type { Origin } from './happening.js';
import { Problem } from './problem.js';

/** Whose token came with the call. */
export interface Caller {
  readonly kind: 'private' | 'oauth' | 'person' | 'developer';
  /** What its calls are counted under. */
  readonly countedAs: string;
  readonly appId: number;
  readonly scopes: readonly string[] | 'all';
  readonly origin: Origin;
}

const byApp = (appId: number): Origin => ({ changeSource: 'INTEGRATION', sourceId: String(appId) });

/** @throws Problem 401 */
export function callerOf(
  account: Account,
  authorization: string | undefined,
  developerKey: string | undefined,
): Caller {
  const { apps, people, oauthTokens, oauthGrants, oauthApps } = account.data;
  if (developerKey !== undefined && developerKey === account.data.developerKey)
    return { kind: 'developer', countedAs: 'developer', appId: 0, scopes: 'all', origin: byApp(0) };
  const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
  const app = apps.find((candidate) => candidate.token === token);
  if (app !== undefined) {
    const { appId, scopes } = app;
    return { kind: 'private', countedAs: app.token, appId, scopes, origin: byApp(appId) };
  }
  const person = people.find((candidate) => candidate.token === token);
  if (person !== undefined) {
    const origin = { changeSource: 'CRM_UI', sourceId: `userId:${String(person.userId)}` };
    return { kind: 'person', countedAs: person.token, appId: 0, scopes: 'all', origin };
  }
  const access = oauthTokens.find((candidate) => candidate.token === token);
  const grant = oauthGrants.find(({ refreshToken }) => refreshToken === access?.refreshToken);
  if (access === undefined || grant === undefined) throw unauthenticated();
  if (access.expiresAt <= account.now()) throw expired(account.now(), access.expiresAt);
  const appId = oauthApps.find(({ clientId }) => clientId === grant.clientId)?.appId ?? 0;
  return { kind: 'oauth', countedAs: grant.clientId, appId, scopes: grant.scopes, origin: byApp(appId) };
}

const unauthenticated = (): Problem =>
  new Problem(401, {
    message:
      'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    category: 'INVALID_AUTHENTICATION',
  });

function expired(now: string, at: string): Problem {
  const seconds = Math.max(1, Math.round((Date.parse(now) - Date.parse(at)) / 1_000));
  return new Problem(401, {
    message: `The OAuth token used to make this call expired ${String(seconds)} second(s) ago.`,
    context: { 'expire time': [at] },
    category: 'EXPIRED_AUTHENTICATION',
  });
}
