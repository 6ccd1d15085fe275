import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Org } from '../org.js';
import { escapeHtml } from './escape-html.js';

const request = z.object({
  response_type: z.string().default(''),
  client_id: z.string().default(''),
  redirect_uri: z.string().default(''),
  state: z.string().optional(),
  scope: z.string().default('api refresh_token'),
  code_challenge: z.string().optional(),
  code_challenge_method: z.string().optional(),
});
type Request = z.infer<typeof request>;
const decision = request.extend({ decision: z.enum(['allow', 'deny']), user_id: z.string() });

/**
 * Where a person says whether the app may act for them. Nobody has to sign in at the sandbox: they choose who they are.
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
 */
export function registerAuthorizePage(app: FastifyInstance, org: Org): void {
  app.get('/services/oauth2/authorize', (incoming, reply) => {
    const asked = request.parse(incoming.query);
    const refusal = refusalOf(org, asked);
    if (refusal !== null) return stopped(reply, refusal);
    const { connectedApp, organization } = org.setup;
    if (connectedApp.permittedUsers === 'preauthorized') return allow(reply, org, asked, organization.userId);
    return reply.type('text/html').send(consentPage(org, asked));
  });
  app.post('/services/oauth2/authorize', (incoming, reply) => {
    const answer = decision.safeParse(incoming.body);
    if (!answer.success) return stopped(reply, 'The decision cannot be read');
    const refusal = refusalOf(org, answer.data);
    if (refusal !== null) return stopped(reply, refusal);
    if (org.schema.any('User').table.get(answer.data.user_id) === undefined)
      return stopped(reply, 'There is no such user');
    if (answer.data.decision === 'allow') return allow(reply, org, answer.data, answer.data.user_id);
    return back(reply, answer.data, { error: 'access_denied', error_description: 'end-user denied authorization' });
  });
}

const stopped = (reply: FastifyReply, why: string): FastifyReply =>
  reply
    .code(400)
    .type('text/html')
    .send(page('Not possible', `<p>${escapeHtml(why)}</p>`));

function refusalOf({ setup: { connectedApp } }: Org, asked: Request): string | null {
  if (asked.client_id !== connectedApp.clientId)
    return 'error=invalid_client_id&error_description=client identifier invalid';
  const { redirectUris, pkceRequired } = connectedApp;
  const fits = redirectUris.length === 0 ? URL.canParse(asked.redirect_uri) : redirectUris.includes(asked.redirect_uri);
  if (!fits) return 'error=redirect_uri_mismatch&error_description=redirect_uri must match configuration';
  if (asked.response_type !== 'code')
    return 'error=unsupported_response_type&error_description=response type not supported';
  const method = asked.code_challenge_method ?? 'S256';
  if (asked.code_challenge === undefined ? pkceRequired : method !== 'S256')
    return 'error=invalid_request&error_description=missing required code challenge';
  return null;
}

function allow(reply: FastifyReply, org: Org, asked: Request, userId: string): FastifyReply {
  const code = `aPrx${randomBytes(40).toString('base64url')}`;
  org.setup.authorizationCodes.push({
    code,
    userId,
    redirectUri: asked.redirect_uri,
    challenge: asked.code_challenge ?? null,
    scope: asked.scope,
    issuedAt: org.clock.now().toISOString(),
  });
  return back(reply, asked, { code });
}

function back(reply: FastifyReply, { redirect_uri, state }: Request, answer: Record<string, string>): FastifyReply {
  const target = new URL(redirect_uri);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  if (state !== undefined) target.searchParams.set('state', state);
  return reply.redirect(target.href, 302);
}

function consentPage(org: Org, asked: Request): string {
  const hidden = Object.entries(asked)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('');
  const users = org.schema
    .any('User')
    .table.all()
    .filter(({ IsActive }) => IsActive === true)
    .map(
      ({ Id, Name, Username }) =>
        `<option value="${Id}">${escapeHtml(`${String(Name)} (${String(Username)})`)}</option>`,
    )
    .join('');
  return page(
    'Allow access?',
    `<form method="post" action="/services/oauth2/authorize">${hidden}
<p>The app <b>${escapeHtml(asked.client_id)}</b> asks to: ${escapeHtml(asked.scope.split(' ').join(', '))}.</p>
<p><label>You are <select name="user_id">${users}</select></label></p>
<p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></p></form>`,
  );
}

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><style>body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}
button,select{font:inherit;padding:.4rem 1rem}</style></head><body><h1>${title}</h1>
<p>Salesforce sandbox: nothing here leaves this machine.</p>${body}</body></html>`;
