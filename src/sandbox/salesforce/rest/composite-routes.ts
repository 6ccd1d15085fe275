import { z } from 'zod';
import { answerCall } from './answer-call.js';
import { fillReferences } from './reference.js';
import { parseBody } from './read-request.js';
import { badRequest } from './rest-error.js';
import { ok, RestRouter, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';
import { versionPathOf } from './version-path.js';

const subrequest = z.object({
  method: z.enum(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']),
  url: z.string(),
  referenceId: z.string(),
  body: z.unknown().optional(),
  httpHeaders: z.record(z.string(), z.string()).default({}),
});
type Subrequest = z.infer<typeof subrequest>;
const composite = z.object({ allOrNone: z.boolean().default(false), compositeRequest: z.array(subrequest).min(1) });
const graphs = z.object({
  graphs: z.array(z.object({ graphId: z.string(), compositeRequest: z.array(subrequest).min(1) })).min(1),
});
const mostSubrequests = 25;
const mostGraphs = 75;
const mostNodes = 500;

interface SubAnswer {
  readonly body: unknown;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpStatusCode: number;
  readonly referenceId: string;
}

/**
 * Several calls in one, later ones with what earlier ones answered: `@{ref.id}`.
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
 */
export function compositeRoutes(routes: readonly RestRoute[]): readonly RestRoute[] {
  const router = new RestRouter(routes);
  return [
    {
      method: 'POST',
      path: '/composite',
      handle: (call) => {
        const { allOrNone, compositeRequest } = parseBody(composite, call);
        if (compositeRequest.length > mostSubrequests)
          throw badRequest('LIMIT_EXCEEDED', `The request has more than ${mostSubrequests} subrequests`);
        return ok({ compositeResponse: run(call, router, compositeRequest, allOrNone) });
      },
    },
    {
      method: 'POST',
      path: '/composite/graph',
      handle: (call) => {
        const body = parseBody(graphs, call);
        const nodes = body.graphs.reduce((sum, { compositeRequest }) => sum + compositeRequest.length, 0);
        if (body.graphs.length > mostGraphs || nodes > mostNodes)
          throw badRequest('LIMIT_EXCEEDED', `The request has more than ${mostGraphs} graphs or ${mostNodes} nodes`);
        return ok({
          graphs: body.graphs.map(({ graphId, compositeRequest }) => graph(call, router, graphId, compositeRequest)),
        });
      },
    },
  ];
}

function graph(call: RestCall, router: RestRouter, graphId: string, requests: readonly Subrequest[]): unknown {
  const compositeResponse = run(call, router, requests, true);
  return { graphId, graphResponse: { compositeResponse }, isSuccessful: compositeResponse.every(isGood) };
}

const isGood = ({ httpStatusCode }: SubAnswer): boolean => httpStatusCode < 400;

function run(
  call: RestCall,
  router: RestRouter,
  requests: readonly Subrequest[],
  allOrNone: boolean,
): readonly SubAnswer[] {
  const work = (): readonly SubAnswer[] => {
    const answers = new Map<string, SubAnswer>();
    for (const request of requests) answers.set(request.referenceId, answerOne(call, router, request, answers));
    return [...answers.values()];
  };
  if (!allOrNone) return work();
  const answers = call.org.transaction(work, (all) => all.every(isGood));
  if (answers.every(isGood)) return answers;
  return answers.map((answer) => (isGood(answer) ? halted(answer.referenceId) : answer));
}

const halted = (referenceId: string): SubAnswer => ({
  body: [
    {
      errorCode: 'PROCESSING_HALTED',
      message: 'The transaction was rolled back since another operation in the same transaction failed.',
    },
  ],
  httpHeaders: {},
  httpStatusCode: 400,
  referenceId,
});

function answerOne(
  call: RestCall,
  router: RestRouter,
  request: Subrequest,
  earlier: ReadonlyMap<string, SubAnswer>,
): SubAnswer {
  const { referenceId } = request;
  const known = (id: string): unknown => earlier.get(id)?.body;
  const filled = fillReferences({ url: request.url, body: request.body }, known);
  if ('missing' in filled)
    return {
      body: [
        {
          errorCode: 'PROCESSING_HALTED',
          message: `Invalid reference specified. No value for ${filled.missing} found in ${filled.missing.split('.')[0] ?? ''}`,
        },
      ],
      httpHeaders: {},
      httpStatusCode: 400,
      referenceId,
    };
  const answer = send(call, router, request, z.object({ url: z.string(), body: z.unknown() }).parse(filled.value));
  const id = z.object({ id: z.string() }).safeParse(answer.body).data?.id;
  const location = answer.status === 201 && id !== undefined ? `${request.url.replace(/\/+$/, '')}/${id}` : undefined;
  return {
    body: answer.body ?? null,
    httpHeaders: location === undefined ? {} : { Location: location },
    httpStatusCode: answer.status,
    referenceId,
  };
}

function send(
  { org, header }: RestCall,
  router: RestRouter,
  { method, httpHeaders }: Subrequest,
  { url, body }: { readonly url: string; readonly body: unknown },
): RestAnswer {
  const [, version, path, query] = /^\/services\/data\/(v\d+\.\d+)(\/[^?]*)\??(.*)$/s.exec(url) ?? [];
  if (version === undefined || path === undefined)
    return { status: 400, body: [{ errorCode: 'INVALID_INPUT', message: `The url ${url} is not one of this API` }] };
  const own = new Map(Object.entries(httpHeaders).map(([name, value]) => [name.toLowerCase(), value]));
  return answerCall(router, {
    org,
    method,
    path,
    query: Object.fromEntries(new URLSearchParams(query)),
    header: (name) => own.get(name) ?? header(name),
    body,
    versionPath: versionPathOf(version),
  });
}
