import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** What to play for the next `times` requests that match. */
export const faultSchema = z.strictObject({
  times: z.int().min(1).default(1).describe('How many matching requests it is played for'),
  method: z.string().toUpperCase().optional().describe('Only requests with this method'),
  path: z.string().optional().describe('Only requests whose path contains this text'),
  answer: z
    .strictObject({
      status: z.int().min(100).max(599),
      headers: z.record(z.string(), z.string()).default({}),
      body: z.unknown().optional().describe('A string is sent as it is, anything else as JSON'),
    })
    .optional()
    .describe('Answer this instead of doing the work'),
  delayMs: z.int().min(0).optional().describe('Wait before anything else happens'),
  drop: z.enum(['before', 'after']).optional().describe('Cut the connection before or after the work is done'),
});
export type Fault = z.infer<typeof faultSchema>;

/** The faults still to be played, first come first served. */
export class FaultPlan {
  #faults: { readonly fault: Fault; left: number }[] = [];
  readonly #dropAfter = new WeakSet<FastifyRequest>();

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#faults = [];
  }

  pending(): readonly (Fault & { readonly left: number })[] {
    return this.#faults.map(({ fault, left }) => ({ ...fault, left }));
  }

  observe(app: FastifyInstance, onDropped: (request: FastifyRequest, fault: string) => void): void {
    // preHandler: the body has been read, so the journal can show it; the work has not begun.
    app.addHook('preHandler', async (request, reply) => {
      const fault = this.#take(request);
      if (fault === undefined) return undefined;
      if (fault.delayMs !== undefined) await delay(fault.delayMs);
      if (fault.drop === 'before') return this.#cut(request, reply, onDropped, 'dropped before');
      if (fault.drop === 'after') this.#dropAfter.add(request);
      if (fault.answer === undefined) return undefined;
      const { status, headers, body } = fault.answer;
      if (typeof body !== 'string') return reply.code(status).headers(headers).send(body);
      return reply
        .code(status)
        .headers({ 'content-type': 'text/html', ...headers })
        .send(body);
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      if (this.#dropAfter.has(request)) this.#cut(request, reply, onDropped, 'dropped after');
      else done(null, payload);
    });
  }

  #cut(
    request: FastifyRequest,
    reply: FastifyReply,
    onDropped: (request: FastifyRequest, fault: string) => void,
    what: string,
  ): FastifyReply {
    onDropped(request, what);
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  }

  #take(request: FastifyRequest): Fault | undefined {
    if (request.url.startsWith('/_sandbox')) return undefined;
    const planned = this.#faults.find(
      ({ fault }) =>
        (fault.method === undefined || fault.method === request.method) &&
        (fault.path === undefined || request.url.includes(fault.path)),
    );
    if (planned === undefined) return undefined;
    planned.left -= 1;
    if (planned.left === 0) this.#faults = this.#faults.filter((candidate) => candidate !== planned);
    return planned.fault;
  }
}
