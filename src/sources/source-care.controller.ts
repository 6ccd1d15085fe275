import { Body, Controller, Get, HttpCode, Param, Post, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { IncomingEvent } from '../events/incoming-event.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { platforms } from './registry.js';
import { RequestReplay } from './request-replay.service.js';
import { requestOutcomes, shownBody, shownQuery } from './seen-request.js';
import { SourceCare } from './source-care.service.js';
import type { SourceRequestEntity } from './source-request.entity.js';
import { shellSettings } from './source-settings.js';

const id = z.uuid();
const replayBody = z
  .strictObject({
    again: z.boolean().default(false).describe('Also what was processed already: it counts a second time'),
  })
  .prefault({});
const captionsBody = z.strictObject({ captions: shellSettings.shape.captions });
const eventNamesBody = z.strictObject({ eventNames: shellSettings.shape.eventNames });

/** What a source sends: its last requests, the names of its events, its captions. */
@ApiTags('Sources')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class SourceCareController {
  constructor(
    private readonly care: SourceCare,
    private readonly replays: RequestReplay,
  ) {}

  @Get('platforms')
  @ApiOperation({ summary: 'The chatbot platforms that a source can be of, with their settings as JSON Schema' })
  platforms(): object {
    return {
      items: platforms.map(({ id: platform, title, settings, replyDeadlineMs }) => ({
        id: platform,
        title,
        replyDeadlineMs,
        settings: z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }),
      })),
    };
  }

  @Get('sources/:key/requests')
  @ApiOperation({
    summary: 'The last 50 requests of a source and what each became, and the last 50 that were not let in',
  })
  async requests(@Param('key') key: string): Promise<object> {
    return { items: (await this.care.lastRequests(key)).map(present) };
  }

  @Get('sources/:key/requests/:id')
  @ApiOperation({ summary: 'One request with its body and its answer; secrets are masked' })
  async request(@Param('key') key: string, @Param('id', { schema: id }) requestId: string): Promise<object> {
    const request = await this.care.request(key, requestId);
    return {
      ...present(request),
      headers: request.headers,
      body: shownBody(request.body),
      cut: request.cut,
      answer: request.answer,
    };
  }

  @Post('sources/:key/requests/:id/preview')
  @HttpCode(200)
  @ApiOperation({ summary: 'What a request would become with the settings as they are now; nothing is changed' })
  async preview(@Param('key') key: string, @Param('id', { schema: id }) requestId: string): Promise<object> {
    const source = this.care.active(key);
    const events = this.care.readAgain(source, await this.care.request(key, requestId));
    return { events: events.map(presentEvent) };
  }

  @Post('sources/:key/requests/:id/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sends a request through the pipeline once more, as of when it arrived' })
  async replay(
    @Param('key') key: string,
    @Param('id', { schema: id }) requestId: string,
    @Body({ schema: replayBody }) { again }: z.output<typeof replayBody>,
  ): Promise<object> {
    const decisions = await this.replays.run(key, requestId, again);
    return { events: decisions.map(({ profileId, applied }) => ({ profile: profileId, applied })) };
  }

  @Get('sources/:key/events')
  @ApiOperation({ summary: 'The events that a source has sent, by kind and name, with how they are renamed' })
  async events(@Param('key') key: string): Promise<object> {
    const { eventNames } = this.care.active(key).shell;
    const names = await this.care.eventNames(key);
    return {
      renamed: eventNames,
      items: names.map(({ kind, name, count, first_at: firstAt, last_at: lastAt }) => ({
        kind,
        name,
        count: Number(count),
        firstAt,
        lastAt,
      })),
    };
  }

  @Put('sources/:key/event-names')
  @ApiOperation({ summary: 'Gives the events of a source other names, from the next request on' })
  async rename(
    @Param('key') key: string,
    @Body({ schema: eventNamesBody }) body: z.output<typeof eventNamesBody>,
  ): Promise<object> {
    await this.care.change(key, body);
    return this.events(key);
  }

  @Get('sources/:key/captions')
  @ApiOperation({
    summary: 'The captions in what a source has sent lately, what they are now, and what they could rather be',
  })
  captions(@Param('key') key: string): Promise<object> {
    return this.care.captions(key);
  }

  @Put('sources/:key/captions')
  @ApiOperation({ summary: 'Maps captions to attributes, from the next request on' })
  async mapCaptions(
    @Param('key') key: string,
    @Body({ schema: captionsBody }) body: z.output<typeof captionsBody>,
  ): Promise<object> {
    await this.care.change(key, body);
    return this.care.captions(key);
  }
}

const present = (request: SourceRequestEntity) => ({
  id: request.id,
  receivedAt: request.received_at,
  outcome: request.outcome,
  title: requestOutcomes[request.outcome].title,
  detail: request.detail,
  tookMs: request.took_ms,
  status: request.status,
  method: request.method,
  remoteAddress: request.remote_address,
  query: shownQuery(request.query),
  events: request.events,
  profile: request.profile_id,
  leftOut: request.left_out,
});

const presentEvent = (event: IncomingEvent) => ({
  kind: event.kind,
  name: event.name,
  occurredAt: event.occurredAt,
  channel: event.channel,
  identities: event.identities,
  attributes: event.attributes,
  tagsAdded: event.tagsAdded,
  tagsRemoved: event.tagsRemoved,
  consents: event.consents,
  text: event.text,
  properties: event.properties,
  notes: event.notes,
});
