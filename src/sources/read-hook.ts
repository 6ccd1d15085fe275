import type { FastifyRequest } from 'fastify';
import type { HookRequest } from './chat-platform.js';

/** Fastify's request as the platforms see it: text headers, text query, the body's bytes. */
export function readHook({ headers, query, body }: FastifyRequest): HookRequest {
  return {
    headers: headers as Record<string, string | undefined>, // repeated headers are joined by Node, except set-cookie, which no platform sends
    query: query as Record<string, string | undefined>,
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  };
}
