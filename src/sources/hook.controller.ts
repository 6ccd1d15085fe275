import { All, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiExcludeEndpoint, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Reception } from './reception.service.js';

/** Not by `@Param`: the pipes that look at queries and bodies elsewhere would be asked for each event, and wait. */
interface HookRoute {
  Params: { readonly source: string; readonly '*'?: string };
}

/** Where the chatbot platforms call. By the time a call is answered, everything it causes is committed. */
@ApiTags('Webhooks')
@Controller('hooks')
export class HookController {
  constructor(private readonly reception: Reception) {}

  @Post(':source')
  @ApiOperation({
    summary: 'Receives an event from a chatbot platform',
    description: 'The body is what the platform sends: JSON or a form; see docs/sources.',
  })
  @ApiParam({ name: 'source', description: 'Key of the source, for example acme-manychat' })
  @ApiBody({ schema: { type: 'object' } })
  @ApiResponse({ status: 200, description: "Committed; the answer is in the platform's own format" })
  @ApiResponse({
    status: 400,
    description: 'The body cannot be read; it is shown at the source, and nothing else was kept',
  })
  @ApiResponse({ status: 401, description: 'The secret or token is missing or wrong' })
  @ApiResponse({ status: 403, description: 'The caller’s address is not on the source’s list' })
  @ApiResponse({ status: 404, description: 'There is no such source' })
  @ApiResponse({ status: 422, description: 'The event cannot be processed and is kept as a dead letter' })
  @ApiResponse({ status: 503, description: 'The database is out of reach or there is too much to do; send it again' })
  async receive(@Req() request: FastifyRequest<HookRoute>, @Res() reply: FastifyReply): Promise<void> {
    const { status, body } = await this.reception.receive(request.params.source, request, '');
    await reply.status(status).type('application/json').send(body);
  }

  @Get(':source')
  @ApiOperation({ summary: 'Receives an event whose data stand in the address, from a platform that can only do that' })
  @ApiParam({ name: 'source', description: 'Key of the source, for example acme-chatfuel' })
  @ApiResponse({ status: 200, description: "Committed; the answer is in the platform's own format" })
  async receiveQuery(@Req() request: FastifyRequest<HookRoute>, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer(request, reply);
  }

  @All(':source/*')
  @ApiExcludeEndpoint()
  async receiveBelow(@Req() request: FastifyRequest<HookRoute>, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer(request, reply);
  }

  async #answer(request: FastifyRequest<HookRoute>, reply: FastifyReply): Promise<void> {
    // Whoever only looks whether the address is there tells nothing.
    if (request.method !== 'GET' && request.method !== 'POST') {
      await reply
        .status(request.method === 'HEAD' ? 204 : 405)
        .header('allow', 'GET, POST')
        .send();
      return;
    }
    const { status, body } = await this.reception.receive(request.params.source, request, request.params['*'] ?? '');
    await reply.status(status).type('application/json').send(body);
  }
}
