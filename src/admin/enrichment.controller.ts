import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT, type Now, NOW } from '../database/environment.js';
import { Connections } from '../delivery/connections.service.js';
import type { HistoryStream } from '../destinations/remote-fact.js';
import { liveStream } from '../enrichment/followers.service.js';
import type { PullEntity } from '../enrichment/pull.entity.js';
import { PullStates } from '../enrichment/pulls.repository.js';
import { Pulls } from '../enrichment/pulls.service.js';
import { type ConnectedDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { everyMsOf } from '../mapping/pull-settings.js';
import { Problem } from '../observability/problem.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';

const startBody = z
  .strictObject({ full: z.boolean().default(false).describe('From the beginning, and not only what has changed') })
  .default({ full: false });

/** What destinations tell us: their history, read from time to time, and their webhooks. */
@ApiTags('Enrichment')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/destinations/:key')
export class EnrichmentController {
  constructor(
    private readonly mappings: MappingDirectory,
    private readonly connections: Connections,
    private readonly states: PullStates,
    private readonly pulls: Pulls,
    @Inject(NOW) private readonly now: Now,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  @Get('pulls')
  @ApiOperation({ summary: 'The streams of its history: how often each is read, how far it is, what is in its way' })
  async list(@Param('key') key: string): Promise<object> {
    const connected = this.#connected(key);
    const rows = new Map((await this.states.of(key)).map((row) => [row.stream, row]));
    return {
      importUnknown: connected.pulls.importUnknown,
      notBefore: connected.pulls.notBefore ?? null,
      items: this.#streams(connected).map((stream) => this.#present(connected, stream, rows.get(stream.id) ?? null)),
    };
  }

  @Post('pulls/:stream')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Reads a stream now, or goes on with one that was stopped; `full` reads it from the beginning',
  })
  async start(
    @Param('key') key: string,
    @Param('stream') stream: string,
    @Body({ schema: startBody }) { full }: z.output<typeof startBody>,
  ): Promise<void> {
    const connected = this.#connected(key);
    this.#stream(connected, stream);
    if (connected.pulls.streams[stream] === 'off')
      throw new Problem(
        409,
        'Switched off',
        `The settings of "${key}" have ${stream} switched off (pulls.streams.${stream}).`,
      );
    await this.states.start(key, stream, full, this.now());
    if (stream !== liveStream) await this.pulls.wake(key, stream);
  }

  @Delete('pulls/:stream')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Stops reading a stream after the page under way, until it is started again; its place is kept',
  })
  async stop(@Param('key') key: string, @Param('stream') stream: string): Promise<void> {
    this.#stream(this.#connected(key), stream);
    await this.states.stop(key, stream);
  }

  @Get('webhook')
  @ApiOperation({ summary: 'Where the provider is to call, and what to do there so that it does' })
  webhook(@Param('key') key: string): object {
    const { provider } = this.#connected(key);
    const url = `${this.env.publicUrl}/hooks/destinations/${key}`;
    const webhooks = found(provider.webhooks, 'provider with webhooks', provider.id);
    return { url, setup: webhooks.setup.replaceAll('{url}', url) };
  }

  #connected(key: string): ConnectedDestination {
    return found(this.mappings.findConnected(key), 'enabled destination', key);
  }

  #streams(connected: ConnectedDestination): readonly HistoryStream[] {
    const live = this.connections.to(connected).follow === undefined ? [] : [liveDeclaration];
    return [...(connected.provider.history ?? []), ...live];
  }

  #stream(connected: ConnectedDestination, id: string): HistoryStream {
    return found(
      this.#streams(connected).find((stream) => stream.id === id),
      'stream',
      id,
    );
  }

  #present(connected: ConnectedDestination, stream: HistoryStream, row: PullEntity | null): object {
    const everyMs = everyMsOf(stream, connected.pulls);
    return {
      stream: stream.id,
      title: stream.title,
      description: stream.description,
      scopes: stream.scopes,
      everyMs,
      state: this.#stateOf(everyMs, row),
      startedAt: row?.started_at ?? null,
      finishedAt: row?.finished_at ?? null,
      dueAt: row?.due_at ?? null,
      done: Number(row?.done ?? 0),
      total: row?.total == null ? null : Number(row.total),
      facts: Number(row?.facts ?? 0),
      attempts: row?.attempts ?? 0,
      error: row?.error ?? null,
    };
  }

  #stateOf(everyMs: number | null, row: PullEntity | null): 'off' | 'stopped' | 'reading' | 'failing' | 'waiting' {
    if (everyMs === null) return 'off';
    if (row?.stopped === true) return 'stopped';
    if (row?.pulled_until != null && row.pulled_until > this.now()) return 'reading';
    return row?.error == null ? 'waiting' : 'failing';
  }
}

const liveDeclaration: HistoryStream = {
  id: liveStream,
  title: 'Changes as they happen',
  description: 'The provider tells changes of its records the moment they are made.',
  scopes: [],
  incremental: true,
  everyMs: 0,
};
