import { PassThrough } from 'node:stream';
import type { HttpRequest, HttpResponse } from 'jsforce/lib/types/index.js';
import { Transport } from 'jsforce/lib/transport.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';

/**
 * Carries one request of jsforce with Node's own `fetch`. jsforce's transport waits up to half an hour, repeats reads by
 * itself, cannot be aborted, and ends the process with an uncaught error when an answer breaks off in the middle.
 */
export class FetchTransport extends Transport {
  /** HTTP status of the answer, which jsforce's errors do not tell; null: none came. */
  status: number | null = null;
  /** The answer's body as it came. */
  text = '';

  constructor(private readonly signal: AbortSignal) {
    super();
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#fetch(request) }));
  }

  /** The answer as jsforce would not give it, because its status is none of success; null: it is no JSON. */
  json(): unknown {
    try {
      return JSON.parse(this.text) as unknown;
    } catch {
      return null;
    }
  }

  async #fetch({ url, method, headers = {}, body }: HttpRequest): Promise<HttpResponse> {
    if (body !== undefined && typeof body !== 'string') throw new TypeError('Only text goes to Salesforce this way');
    const answer = await fetch(url, {
      method,
      headers,
      body: body ?? null,
      redirect: 'manual',
      signal: this.signal,
    });
    const text = await answer.text();
    this.status = answer.status;
    this.text = text;
    return { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body: text };
  }
}
