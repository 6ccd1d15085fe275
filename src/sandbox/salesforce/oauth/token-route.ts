import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxWorld } from '../../emulator.js';
import type { Org } from '../org.js';
import { openSession } from './sessions.js';

const tokenForm = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
});

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
    const { accessToken } = openSession(org, userId);
    return {
      access_token: accessToken,
      signature: randomBytes(32).toString('base64'),
      scope: 'api',
      instance_url: origin(),
      id: `${origin()}/id/${organizationId}/${userId}`,
      token_type: 'Bearer',
      issued_at: String(org.clock.now().getTime()),
    };
  });
}

function refusalOf(form: z.infer<typeof tokenForm>, { setup: { connectedApp } }: Org): Refusal | null {
  if (form.grant_type !== 'client_credentials') return ['unsupported_grant_type', 'grant type not supported'];
  if (form.client_id !== connectedApp.clientId) return ['invalid_client_id', 'client identifier invalid'];
  if (form.client_secret !== connectedApp.clientSecret) return ['invalid_client', 'invalid client credentials'];
  return connectedApp.runAsUserSet ? null : ['invalid_grant', 'no client credentials user enabled'];
}
