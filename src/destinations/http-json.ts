import type { CallDescription, ConnectionContext } from './destination.js';
import { DeliveryError } from './delivery-error.js';

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
 * the call is `transient` if it may be repeated, otherwise `unknown`.
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
        headers: { ...headers, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    return read(answer);
  });
}

async function fetched({ operation, repeatable }: CallDescription, send: () => Promise<Response>): Promise<HttpAnswer> {
  try {
    const response = await send();
    return { status: response.status, text: await response.text() };
  } catch (error) {
    // Never the address: some providers want their token in it.
    const said = error instanceof Error ? error.message : String(error);
    throw new DeliveryError(repeatable ? 'transient' : 'unknown', `${operation}: no answer (${said})`, {
      code: 'NO_ANSWER',
    });
  }
}

/** The body as JSON; undefined: it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
