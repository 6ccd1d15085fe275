import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../observability/problem.js';
import { ProviderCalls } from './provider-calls.service.js';

/** Not by `@Param`: the pipes that look at queries and bodies elsewhere would be asked for each call. */
interface HookRoute {
  Params: { readonly destination: string };
}

/** Where CRMs call with their news. Each proves itself in its own way; by the time a call is answered, all it says is committed. */
@ApiTags('Webhooks')
@Controller('hooks/destinations')
export class ProviderHookController {
  constructor(private readonly calls: ProviderCalls) {}

  @Post(':destination')
  @ApiOperation({
    summary: 'Receives news from a CRM',
    description:
      'The body is what the provider sends. `GET /api/destinations/{key}/webhook` says how to set it up there.',
  })
  @ApiParam({ name: 'destination', description: 'Key of the destination, for example hubspot' })
  @ApiResponse({ status: 404, description: 'There is no such destination, or its provider calls nobody' })
  async receive(@Req() request: FastifyRequest<HookRoute>, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer('POST', request, reply);
  }

  @Get(':destination')
  @ApiOperation({ summary: "Answers a provider's question whether the address is ours" })
  @ApiParam({ name: 'destination', description: 'Key of the destination, for example mailchimp' })
  async validate(@Req() request: FastifyRequest<HookRoute>, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer('GET', request, reply);
  }

  async #answer(method: 'GET' | 'POST', request: FastifyRequest<HookRoute>, reply: FastifyReply): Promise<void> {
    const { destination } = request.params;
    const answer = await this.calls.receive(destination, {
      method,
      path: request.url,
      headers: textsOf(request.headers),
      query: textsOf(request.query),
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    });
    if (answer === null)
      throw new Problem(404, 'Unknown destination', `There is no destination "${destination}" that can be called.`);
    await reply.status(answer.status).type(answer.contentType).send(answer.body);
  }
}

/** What came twice counts as not sent. */
function textsOf(values: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
