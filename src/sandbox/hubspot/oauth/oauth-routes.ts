import type { Account } from '../account.js';
import type { Answer, Call, Route } from '../route.js';
import { decideAuthorize, showAuthorize } from './authorize.js';
import { giveToken } from './token.js';
import { deleteRefreshToken, introspect, revoke, tokenInfo } from './token-info.js';

/** @see https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth */
export function oauthRoutes(account: Account): Route[] {
  const open = (method: Route['method'], path: string, handle: (account: Account, call: Call) => Answer): Route => ({
    method,
    path,
    scopes: null,
    handle: (call) => handle(account, call),
  });
  return [
    open('GET', '/oauth/authorize', showAuthorize),
    open('POST', '/oauth/authorize', decideAuthorize),
    ...['v1', 'v3', '2026-03'].map((version) => open('POST', `/oauth/${version}/token`, giveToken)),
    ...['v3', '2026-03'].flatMap((version) => [
      open('POST', `/oauth/${version}/token/introspect`, introspect),
      open('POST', `/oauth/${version}/token/revoke`, revoke),
    ]),
    open('GET', '/oauth/v1/access-tokens/:token', (_account, call) => tokenInfo(account, 'access', call)),
    open('GET', '/oauth/v1/refresh-tokens/:token', (_account, call) => tokenInfo(account, 'refresh', call)),
    open('DELETE', '/oauth/v1/refresh-tokens/:token', deleteRefreshToken),
  ];
}
