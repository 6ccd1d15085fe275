import type { HookRequest } from './chat-platform.js';

/** What is kept of a request to read it again later: the proof of who sent it is gone by then. */
export interface KeptRequest {
  readonly raw: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly idempotencyKey?: string | undefined;
  /** Headers beside the Idempotency-Key that a platform reads. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A kept request as a platform's `parse` reads it. */
export function readAgain({ raw, query, idempotencyKey, headers }: KeptRequest): HookRequest {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    method: raw === '' ? 'GET' : 'POST',
    pathSuffix: '',
    remoteAddress: '',
    headers: { ...headers, 'idempotency-key': idempotencyKey },
    query,
    queryText: new URLSearchParams(given).toString(),
    body: Buffer.from(raw),
  };
}
