import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Decision } from '../events/decision.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Metrics } from '../observability/metrics.service.js';
import { Problem } from '../observability/problem.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { isOneOf } from '../security/secret-hash.js';
import { type HookRequest, UnreadableBodyError } from './chat-platform.js';
import { readHook } from './read-hook.js';
import { type ActiveSource, SourceDirectory } from './source-directory.service.js';

/** Not by `@Param`: the pipes that look at queries and bodies elsewhere would be asked for each event, and wait. */
interface HookRoute {
  Params: { readonly source: string };
}

/** Where the chatbot platforms call. By the time a call is answered, everything it causes is committed. */
@ApiTags('Webhooks')
@Controller('hooks')
export class HookController {
  constructor(
    private readonly sources: SourceDirectory,
    private readonly pipeline: Pipeline,
    private readonly metrics: Metrics,
  ) {}

  @Post(':source')
  @ApiOperation({
    summary: 'Receives an event from a chatbot platform',
    description: 'The body is what the platform sends; see docs/sources.',
  })
  @ApiParam({ name: 'source', description: 'Key of the source, for example acme-manychat' })
  @ApiBody({ schema: { type: 'object' } })
  @ApiResponse({ status: 200, description: "Committed; the answer is in the platform's own format" })
  @ApiResponse({ status: 400, description: 'The body cannot be read; nothing was kept' })
  @ApiResponse({ status: 401, description: 'The secret is missing or wrong' })
  @ApiResponse({ status: 404, description: 'There is no such source' })
  @ApiResponse({ status: 422, description: 'The event cannot be processed and is kept as a dead letter' })
  @ApiResponse({ status: 503, description: 'The database is out of reach or there is too much to do; send it again' })
  async receive(@Req() request: FastifyRequest<HookRoute>, @Res() reply: FastifyReply): Promise<void> {
    const key = request.params.source;
    const source = this.sources.find(key);
    if (source === undefined) {
      this.metrics.hookRefused('', 'unknown_source');
      throw new Problem(404, 'Unknown source', `There is no source "${key}".`);
    }
    const hook = readHook(request);
    this.#authenticate(source, hook);
    const events = this.#parse(source, hook);
    const said = {
      source: key,
      raw: hook.body.toString('utf8'),
      query: hook.query,
      idempotencyKey: hook.headers['idempotency-key'],
    };
    const decisions = await Promise.all(events.map((incoming) => this.pipeline.submit({ ...said, incoming })));
    const decision = decisions.at(-1) ?? nothingKnown;
    const { status, body } = source.platform.reply(decision, source.context);
    await reply.status(status).type('application/json').send(body);
  }

  #authenticate({ platform, context, secretHashes }: ActiveSource, hook: HookRequest): void {
    const presented = platform.presentedSecret(hook, context);
    if (presented !== null && isOneOf(presented, secretHashes)) return;
    this.metrics.hookRefused(context.key, 'wrong_secret');
    const detail = presented === null ? 'The request carries no secret.' : 'The secret does not fit this source.';
    throw new Problem(401, 'Not let in', detail);
  }

  #parse({ platform, context }: ActiveSource, hook: HookRequest): readonly IncomingEvent[] {
    try {
      return platform.parse(hook, context);
    } catch (error) {
      if (!(error instanceof UnreadableBodyError)) throw error;
      this.metrics.hookRefused(context.key, 'unreadable_body');
      throw new Problem(400, 'Unreadable body', error.message);
    }
  }
}

/** A request that held no event at all, for example a platform's own check: there is nobody to say anything about. */
const nothingKnown: Decision = {
  profileId: '',
  profileVersion: 0,
  applied: false,
  attributes: {},
  tags: [],
  consents: {},
  segments: [],
};
