import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../caller.js';
import { sessionOf } from '../oauth/sessions.js';
import type { Org } from '../org.js';
import { answerCall } from './answer-call.js';
import { RestError } from './rest-error.js';
import { RestRouter, type RestAnswer, type RestRoute } from './rest-route.js';
import { servedVersions, versionPathOf } from './version-path.js';

const params = z.object({ version: z.string() });
const strings = z.record(z.string(), z.string());

/** Serves the routes below `/services/data/{version}`, behind what all REST calls share: session, permission, limits. */
export function serveRest(app: FastifyInstance, org: Org, routes: readonly RestRoute[]): void {
  const router = new RestRouter(routes);
  app.get('/services/data', () => servedVersions());
  app.all('/services/data/:version/*', (request, reply) => {
    const answer = answered(org, router, request);
    void reply.code(answer.status).headers(answer.headers ?? {});
    return answer.body === undefined ? reply.send() : reply.send(answer.body);
  });
}

function answered(org: Org, router: RestRouter, request: FastifyRequest): RestAnswer {
  const header = (name: string): string => String(request.headers[name] ?? '');
  try {
    const session = sessionOf(org, header('authorization'));
    const versionPath = versionPathOf(params.parse(request.params).version);
    const refusal = org.usage.count(org.setup.longCallsOfOthers);
    if (refusal !== null) throw new RestError(403, { errorCode: 'REQUEST_LIMIT_EXCEEDED', message: refusal });
    if (!org.setup.userPermissions.apiEnabled)
      throw new RestError(403, {
        errorCode: 'API_DISABLED_FOR_ORG',
        message: 'API is not enabled for this Organization or Partner',
      });
    org.caller = callerOf(session.userId, header('sforce-call-options'), versionPath);
    const [path = ''] = request.url.slice(versionPath.length).split('?');
    const query = strings.safeParse(request.query).data ?? {};
    const answer = answerCall(router, {
      org,
      method: request.method,
      path,
      query,
      header,
      body: request.body,
      versionPath,
    });
    return { ...answer, headers: { 'sforce-limit-info': org.usage.header, ...answer.headers } };
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    return { status: error.status, body: error.entries };
  }
}

const callerOf = (userId: string, callOptions: string, versionPath: string): Caller => ({
  userId,
  client: /\bclient\s*=\s*([^;,\s]+)/i.exec(callOptions)?.[1] ?? null,
  apiVersion: versionPath.replace(/^.*\/v/, ''),
});
