import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Account } from '../account.js';
import type { Answer, Call } from '../route.js';
import { authorizePage, refusalPage } from './authorize-page.js';
import type { OauthApp } from './grant.js';

const codeLastsMs = 60_000;

const querySchema = z.object({
  client_id: z.string().default(''),
  redirect_uri: z.string().default(''),
  scope: z.string().default(''),
  optional_scope: z.string().default(''),
  state: z.string().optional(),
  code_challenge: z.string().optional(),
  code_challenge_method: z.string().optional(),
});
type Query = z.infer<typeof querySchema>;

const words = (text: string): string[] => text.split(/[\s+]+/).filter((word) => word !== '');

/** Shows a person what the app wants. */
export function showAuthorize(account: Account, { query }: Call): Answer {
  const asked = querySchema.parse(query);
  const app = checked(account, asked);
  if (typeof app === 'string') return { status: 400, body: refusalPage(app) };
  const kept = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const page = authorizePage({
    app: app.name,
    portalId: account.portalId,
    scopes: granted(account, asked),
    query: Object.fromEntries(kept),
  });
  return { status: 200, body: page };
}

/** The person has pressed a button: back to the app. */
export function decideAuthorize(account: Account, { body }: Call): Answer {
  const sent = querySchema.extend({ decision: z.string().default('deny') }).parse(body ?? {});
  const app = checked(account, sent);
  if (typeof app === 'string') return { status: 400, body: refusalPage(app) };
  const back = new URL(sent.redirect_uri);
  if (sent.decision === 'allow') back.searchParams.set('code', newCode(account, sent));
  else {
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', 'User denied access');
  }
  if (sent.state !== undefined) back.searchParams.set('state', sent.state);
  return { status: 302, headers: { location: back.href } };
}

/** @returns the app, or why a person cannot connect it */
function checked(
  account: Account,
  { client_id, redirect_uri, scope, code_challenge, code_challenge_method }: Query,
): OauthApp | string {
  const app = account.data.oauthApps.find(({ clientId }) => clientId === client_id);
  if (app === undefined) return `The client id "${client_id}" is not known.`;
  if (!URL.canParse(redirect_uri)) return `The redirect URL "${redirect_uri}" is not an address.`;
  if (app.redirectUris.length > 0 && !app.redirectUris.includes(redirect_uri))
    return `The redirect URL "${redirect_uri}" does not match any redirect URL of the app.`;
  const beyond = words(scope).filter((wanted) => !account.data.grantableScopes.includes(wanted));
  if (beyond.length > 0) return `This account has not the products for these scopes: ${beyond.join(', ')}.`;
  if (code_challenge !== undefined && code_challenge_method !== 'S256')
    return 'Only the code challenge method S256 is taken.';
  return app;
}

/** All that is required, and of what is optional what the account has. */
const granted = (account: Account, { scope, optional_scope }: Query): string[] => [
  ...new Set([
    'oauth',
    ...words(scope),
    ...words(optional_scope).filter((wanted) => account.data.grantableScopes.includes(wanted)),
  ]),
];

function newCode(account: Account, asked: Query): string {
  const code = `eu1-${randomBytes(16).toString('hex')}`;
  account.data.oauthCodes.push({
    code,
    clientId: asked.client_id,
    redirectUri: asked.redirect_uri,
    scopes: granted(account, asked),
    codeChallenge: asked.code_challenge ?? null,
    expiresAt: new Date(Date.parse(account.now()) + codeLastsMs).toISOString(),
  });
  return code;
}
