import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SandboxWorld } from '../../emulator.js';
import type { Org } from '../org.js';
import { liveSession } from './sessions.js';

const params = z.object({ organizationId: z.string(), userId: z.string() });

/**
 * Who is signed in.
 * @see https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_openid.htm
 */
export function registerIdentity(app: FastifyInstance, org: Org, { origin }: SandboxWorld): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/services/oauth2/userinfo',
    handler: (request, reply) => {
      const userId = signedIn(org, request);
      if (userId === null) return reply.code(403).type('text/plain').send('Bad_OAuth_Token');
      return identity(org, userId, origin());
    },
  });
  app.get('/id/:organizationId/:userId', (request, reply): FastifyReply | object => {
    const { organizationId, userId } = params.parse(request.params);
    if (signedIn(org, request) === null) return reply.code(403).type('text/plain').send('Bad_OAuth_Token');
    if (organizationId !== org.setup.organization.id || org.schema.any('User').table.get(userId) === undefined)
      return reply.code(404).send();
    return identity(org, userId, origin());
  });
}

const signedIn = (org: Org, { headers }: FastifyRequest): string | null =>
  liveSession(org, (headers.authorization ?? '').replace(/^\w+ /, ''))?.userId ?? null;

function identity(org: Org, userId: string, origin: string): object {
  const { id: organizationId } = org.setup.organization;
  const user = org.schema.any('User').table.get(userId);
  const id = `${origin}/id/${organizationId}/${userId}`;
  return {
    id,
    sub: id,
    asserted_user: true,
    user_id: userId,
    organization_id: organizationId,
    username: user?.Username ?? null,
    preferred_username: user?.Username ?? null,
    display_name: user?.Name ?? null,
    name: user?.Name ?? null,
    first_name: user?.FirstName ?? null,
    last_name: user?.LastName ?? null,
    email: user?.Email ?? null,
    active: user?.IsActive === true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    urls: {
      rest: `${origin}/services/data/v{version}/`,
      sobjects: `${origin}/services/data/v{version}/sobjects/`,
      query: `${origin}/services/data/v{version}/query/`,
    },
  };
}
