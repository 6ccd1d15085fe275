import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UnparsableBody } from '../emulator.js';
import type { Account } from './account.js';
import { type Caller, callerOf } from './caller.js';
import { movesElsewhere, notFound, Problem, tooLong, unreadable } from './problem.js';
import type { RateLimits } from './rate-limits.js';
import type { Call, Route, Scopes } from './route.js';

/** A little less than what Node itself takes for a request's head. */
const longestUrl = 14_000;

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
          const { status, body, headers = {} } = route.handle(admit(request, reply, route, account, limits));
          const type = typeof body === 'string' ? { 'content-type': 'text/html; charset=utf-8' } : {};
          return reply
            .code(status)
            .headers({ ...type, ...headers })
            .send(body);
        }),
    });
  app.setNotFoundHandler((_request, reply) =>
    answered(reply, () => {
      throw notFound();
    }),
  );
}

function admit(request: FastifyRequest, reply: FastifyReply, route: Route, account: Account, limits: RateLimits): Call {
  if (request.url.length > longestUrl) throw tooLong();
  if (request.body instanceof UnparsableBody) throw unreadable(request.body.reason);
  const { movesUntil } = account.behaviour;
  if (movesUntil !== null && movesUntil > account.now()) throw movesElsewhere(account.now(), movesUntil);
  const call = toCall(request);
  if (route.scopes === null) return call;
  const caller = callerOf(account, request.headers.authorization, call.query.hapikey);
  if (caller.kind === 'private' || caller.kind === 'oauth') reply.headers(limits.count(caller, route.lane));
  const admitted = { ...call, caller, origin: caller.origin };
  checkScopes(caller, typeof route.scopes === 'function' ? route.scopes(admitted) : route.scopes);
  return admitted;
}

function checkScopes({ scopes }: Caller, wanted: readonly string[] | Scopes): void {
  if (scopes === 'all') return;
  const { oneOf, and = [] } = 'oneOf' in wanted ? wanted : { oneOf: wanted };
  if (!oneOf.some((scope) => scopes.includes(scope))) throw missingScopes(oneOf);
  const missing = and.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) throw missingScopes(missing);
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

function toCall({ params, query, body, url }: FastifyRequest): Call {
  const asked = new Map(Object.entries(query ?? {}).map(([name, value]) => [name, [value].flat().map(String)]));
  return {
    params: Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, String(value)])),
    query: Object.fromEntries([...asked].map(([name, values]) => [name, values[0]])),
    list: (name) => (asked.get(name) ?? []).flatMap((value) => value.split(',')).filter((value) => value !== ''),
    body,
    url,
    caller: null,
    origin: { changeSource: 'API', sourceId: '' },
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
