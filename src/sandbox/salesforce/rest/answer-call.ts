import { notFound, RestError } from './rest-error.js';
import type { RestAnswer, RestCall, RestRouter } from './rest-route.js';

/** A call before its route is known. */
export type UnroutedCall = Omit<RestCall, 'params'> & { readonly method: string; readonly path: string };

/** What the API answers to a call; whatever goes wrong becomes Salesforce's own array of errors, and is undone. */
export function answerCall(router: RestRouter, { method, path, ...call }: UnroutedCall): RestAnswer {
  try {
    const match = router.match(method, path);
    if (match === null) throw notFound();
    if (!('route' in match)) throw notAllowed(method, match);
    return call.org.transaction(() => match.route.handle({ ...call, params: match.params }));
  } catch (error) {
    if (error instanceof RestError) return { status: error.status, body: error.entries };
    const message = `An unexpected error occurred. Please include this ErrorId if you contact support: ${String(error)}`;
    return { status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION', message }] };
  }
}

const notAllowed = (method: string, others: readonly string[]): RestError =>
  new RestError(405, {
    errorCode: 'METHOD_NOT_ALLOWED',
    message: `HTTP Method '${method}' not allowed. Allowed are ${[...new Set(others)].join(',')}`,
  });
