import type { FastifyRequest } from 'fastify';
import type { HookRequest } from './chat-platform.js';

/** Fastify's request as the platforms see it: text headers, text query, the body's bytes. What came twice counts as not sent. */
export function readHook({ headers, query, body }: FastifyRequest): HookRequest {
  return { headers: textsOf(headers), query: textsOf(query), body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) };
}

function textsOf(values: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof values !== 'object' || values === null) return {};
  if (areTexts(values)) return values;
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** As good as always: nothing came twice, and nothing has to be copied. */
function areTexts(values: object): values is Record<string, string> {
  return Object.values(values).every((value) => typeof value === 'string');
}
