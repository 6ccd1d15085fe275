import { z } from 'zod';
import type { CallDescription, ConnectionContext } from './destination.js';
import { DeliveryError, type FailureKind } from './delivery-error.js';

/** An answer as it came. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request to a provider without an SDK. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * Sends one request through the gate and gives the answer to `read`, which throws what the provider says is wrong. When no answer comes
 * the call is `transient` if it may be repeated or has not left, otherwise `unknown`.
 *
 * @throws DeliveryError
 */
export function sendJson<T>(
  context: ConnectionContext,
  call: CallDescription,
  { method, url, headers, body }: JsonRequest,
  read: (answer: HttpAnswer) => T,
): Promise<T> {
  return context.call(call, async (signal) => {
    const answer = await fetched(call, () =>
      fetch(url, {
        method,
        signal,
        redirect: 'manual', // a redirected POST would go on as a GET, without its body
        headers: { ...headers, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    return read(answer);
  });
}

/** Nothing was sent when there was nobody to send it to. */
const neverArrived: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const fetchFailure = z.object({ cause: z.object({ code: z.string() }) });

async function fetched({ operation, repeatable }: CallDescription, send: () => Promise<Response>): Promise<HttpAnswer> {
  try {
    const response = await send();
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const failure = fetchFailure.safeParse(error);
    const code = failure.success ? failure.data.cause.code : null;
    // Never the address: some providers want their token in it.
    const said = code ?? (error instanceof Error ? error.message : String(error));
    throw new DeliveryError(
      code !== null && neverArrived.has(code) ? 'transient' : faultKind(repeatable),
      `${operation}: no answer (${said})`,
      { code: 'NO_ANSWER' },
    );
  }
}

/** What no answer and a fault of the provider's own (5xx) mean: whether it was done is open, which matters where twice is too often. */
export const faultKind = (repeatable: boolean): FailureKind => (repeatable ? 'transient' : 'unknown');

/** The body as JSON; undefined: it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
