import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxWorld } from '../emulator.js';
import type { Org } from './org.js';

const tokenForm = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
});

/** A session dies after two hours without use, Salesforce's default. */
const sessionIdleMs = 2 * 3_600_000;

type Refusal = readonly [error: string, description: string];

/**
 * The token endpoint, for the client credentials flow.
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
 */
export function registerOauth(app: FastifyInstance, org: Org, { origin }: SandboxWorld): void {
  app.post('/services/oauth2/token', (request, reply) => {
    const form = tokenForm.safeParse(request.body).data ?? {};
    const refusal = refusalOf(form, org);
    if (refusal !== null) return reply.code(400).send({ error: refusal[0], error_description: refusal[1] });
    const { id: organizationId, userId } = org.setup.organization;
    const accessToken = `${organizationId.slice(0, 15)}!${randomBytes(36).toString('base64url')}`;
    const now = org.clock.now();
    org.setup.sessions.push({ accessToken, expires: true, lastUsedAt: now.toISOString() });
    return {
      access_token: accessToken,
      signature: randomBytes(32).toString('base64'),
      scope: 'api',
      instance_url: origin(),
      id: `${origin()}/id/${organizationId}/${userId}`,
      token_type: 'Bearer',
      issued_at: String(now.getTime()),
    };
  });
}

function refusalOf(form: z.infer<typeof tokenForm>, { setup: { connectedApp } }: Org): Refusal | null {
  if (form.grant_type !== 'client_credentials') return ['unsupported_grant_type', 'grant type not supported'];
  if (form.client_id !== connectedApp.clientId) return ['invalid_client_id', 'client identifier invalid'];
  if (form.client_secret !== connectedApp.clientSecret) return ['invalid_client', 'invalid client credentials'];
  return connectedApp.runAsUserSet ? null : ['invalid_grant', 'no client credentials user enabled'];
}

/** Whether the `Authorization` header names a session that still lives; a session that is used lives on. */
export function isSignedIn(org: Org, authorization: string | undefined): boolean {
  const token = /^(?:Bearer|OAuth) (.+)$/.exec(authorization ?? '')?.[1];
  const now = org.clock.now();
  const session = org.setup.sessions.find(({ accessToken }) => accessToken === token);
  if (session === undefined) return false;
  if (session.expires && now.getTime() - Date.parse(session.lastUsedAt) > sessionIdleMs) return false;
  session.lastUsedAt = now.toISOString();
  return true;
}
