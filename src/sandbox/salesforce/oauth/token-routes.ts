import { createHmac } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxWorld } from '../../emulator.js';
import type { Org } from '../org.js';
import { grantFor } from './grants.js';
import { OAuthRefusal } from './oauth-refusal.js';
import { openSession } from './sessions.js';

const form = z.record(z.string(), z.string()).catch({});

/**
 * The token endpoint: authorisation code, refresh token, JWT bearer and client credentials; and the end of tokens.
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flows.htm
 */
export function registerTokens(app: FastifyInstance, org: Org, { origin }: SandboxWorld): void {
  app.post('/services/oauth2/token', async (request, reply) => {
    try {
      const fields = form.parse(request.body);
      const { userId, scope, refreshToken, showRefreshToken } = await grantFor(fields)(org, fields, origin());
      const { accessToken } = openSession(org, userId, refreshToken);
      const id = `${origin()}/id/${org.setup.organization.id}/${userId}`;
      const issuedAt = String(org.clock.now().getTime());
      return {
        access_token: accessToken,
        ...(showRefreshToken ? { refresh_token: refreshToken } : {}),
        signature: createHmac('sha256', org.setup.connectedApp.clientSecret)
          .update(id + issuedAt)
          .digest('base64'),
        scope,
        instance_url: origin(),
        id,
        token_type: 'Bearer',
        issued_at: issuedAt,
      };
    } catch (error) {
      if (error instanceof OAuthRefusal) return reply.code(400).send(error.body);
      throw error;
    }
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/services/oauth2/revoke',
    handler: (request, reply) => {
      const token = { ...form.parse(request.query), ...form.parse(request.body) }.token ?? '';
      if (revoke(org, token)) return reply.code(200).send();
      return reply
        .code(400)
        .send({ error: 'unsupported_token_type', error_description: 'this token type is not supported' });
    },
  });
}

/** Ends a refresh token with the sessions it gave, or one session. @returns false when there is no such token */
function revoke({ setup }: Org, token: string): boolean {
  const before = setup.refreshTokens.length + setup.sessions.length;
  setup.refreshTokens = setup.refreshTokens.filter((one) => one.token !== token);
  setup.sessions = setup.sessions.filter(
    ({ accessToken, refreshToken }) => ![accessToken, refreshToken].includes(token),
  );
  return setup.refreshTokens.length + setup.sessions.length < before;
}
