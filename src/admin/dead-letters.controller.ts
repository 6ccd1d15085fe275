import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { DeadLetterEntity } from '../delivery/dead-letter.entity.js';
import { DeadLetters } from '../delivery/dead-letters.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { Problem } from '../observability/problem.js';
import { type Page, pageOf, pageQuery } from './paging.js';
import { Replay, type ReplayResult } from './replay.service.js';

const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const filterFields = {
  kind: z.enum(['event', 'sync', 'action']).optional(),
  origin: z.string().optional().describe('The source of an event, the destination of a sync or an action'),
  cause: z.string().optional().describe('For example INVALID_EMAIL'),
  profile: z.uuid().optional(),
  from: moment.optional().describe('Last happened at this moment or later'),
  to: moment.optional().describe('Last happened before this moment'),
};
const listQuery = z.object({
  ...filterFields,
  resolved: z.stringbool().optional().describe('false: only open ones, true: only resolved ones'),
  limit: pageQuery.limit,
  cursor: z.uuid().optional(),
});
const causesQuery = z.object({ ...filterFields, resolved: z.stringbool().default(false) });
const replayBody = z
  .strictObject({ ...filterFields, ids: z.array(z.uuid()).min(1).max(1_000).optional() })
  .refine(
    (body) => Object.values(body).some((value) => value !== undefined),
    'Say which ones: by ids, kind, origin, cause, profile or time.',
  );
const id = z.uuid();

/** What will not succeed without a person: by cause, one by one, and put to work again. */
@ApiTags('Dead letters')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetters,
    private readonly replays: Replay,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Dead letters, newest first' })
  async list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>): Promise<Page<object>> {
    const { limit, cursor, profile: profileId, ...rest } = query;
    const rows = await this.letters.list({ ...rest, profileId }, limit + 1, cursor ?? null);
    return pageOf(rows, limit, present, (row) => row.id);
  }

  @Get('causes')
  @ApiOperation({ summary: 'How many there are of each cause, the most frequent first' })
  async causes(@Query({ schema: causesQuery }) query: z.output<typeof causesQuery>): Promise<object> {
    const { profile: profileId, ...rest } = query;
    return { items: await this.letters.byCause({ ...rest, profileId }) };
  }

  @Post('replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Puts many to work again, at most 1,000 at a time: by ids, cause, origin, profile or time' })
  async replay(@Body({ schema: replayBody }) body: z.output<typeof replayBody>): Promise<ReplayResult> {
    const { profile: profileId, ...rest } = body;
    return this.replays.run({ ...rest, profileId });
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Puts one to work again' })
  async replayOne(@Param('id', { schema: id }) letterId: string): Promise<ReplayResult> {
    const result = await this.replays.run({ ids: [letterId] });
    if (result.taken === 0)
      throw new Problem(404, 'Unknown dead letter', `There is no open dead letter "${letterId}".`);
    return result;
  }
}

const present = (letter: DeadLetterEntity) => ({
  id: letter.id,
  kind: letter.kind,
  origin: letter.origin,
  profile: letter.profile_id,
  cause: letter.cause,
  message: letter.message,
  request: letter.request,
  answer: letter.answer,
  occurrences: letter.occurrences,
  createdAt: letter.created_at,
  lastAt: letter.last_at,
  resolution: letter.resolution,
  resolvedAt: letter.resolved_at,
});
