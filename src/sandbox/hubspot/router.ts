import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UnparsableBody } from '../emulator.js';
import type { Account } from './account.js';
import { notFound, Problem, unreadable } from './problem.js';
import type { RateLimits } from './rate-limits.js';
import { type Call, holdsOne, type Route } from './route.js';
import type { App } from './state.js';

/** Puts the routes behind what all HubSpot calls share: token, limits, scopes, correlation id, the shape of errors. */
export function registerRoutes(
  app: FastifyInstance,
  routes: readonly Route[],
  account: Account,
  limits: RateLimits,
): void {
  for (const route of routes)
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) =>
        answered(reply, () => {
          admit(request, reply, route, account, limits);
          const { status, body } = route.handle(toCall(request));
          return reply.code(status).send(body);
        }),
    });
  app.setNotFoundHandler((_request, reply) =>
    answered(reply, () => {
      throw notFound();
    }),
  );
}

function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { scopes }: Route,
  account: Account,
  limits: RateLimits,
): void {
  if (request.body instanceof UnparsableBody) throw unreadable(request.body.reason);
  if (scopes === null) return;
  const app = authenticated(request.headers.authorization, account.apps);
  reply.headers(limits.count(app));
  if (!holdsOne(app, scopes)) throw missingScopes(scopes);
}

function authenticated(authorization: string | undefined, apps: readonly App[]): App {
  const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
  const app = apps.find((candidate) => candidate.token === token);
  if (app === undefined)
    throw new Problem(401, {
      message:
        'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
      category: 'INVALID_AUTHENTICATION',
    });
  return app;
}

const missingScopes = (scopes: readonly string[]): Problem =>
  new Problem(403, {
    message:
      "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    errors: [
      { message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: scopes } },
    ],
    category: 'MISSING_SCOPES',
  });

function toCall({ params, query, body }: FastifyRequest): Call {
  const asked = new Map(Object.entries(query ?? {}).map(([name, value]) => [name, [value].flat().map(String)]));
  return {
    params: Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, String(value)])),
    query: Object.fromEntries([...asked].map(([name, values]) => [name, values[0]])),
    list: (name) => (asked.get(name) ?? []).flatMap((value) => value.split(',')).filter((value) => value !== ''),
    body,
  };
}

function answered(reply: FastifyReply, work: () => FastifyReply): FastifyReply {
  const correlationId = randomUUID();
  reply.header('x-hubspot-correlation-id', correlationId);
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return reply
      .code(error.status)
      .headers(error.headers)
      .send({ status: 'error', ...error.body, correlationId });
  }
}
