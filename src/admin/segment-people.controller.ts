import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ownValue } from '../profiles/own-value.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { Explanation } from '../segments/explanation.service.js';
import type { ExplainedNode } from '../segments/explain.js';
import { ruleSchema } from '../segments/rule.js';
import { type Member, SegmentMembers, type Stay } from '../segments/segment-members.repository.js';
import { Segments } from '../segments/segments.service.js';
import { found } from './find.js';
import { membersCsv } from './members-csv.js';
import { type Page, pageOf, pageQuery } from './paging.js';

const memberQuery = z.object({ limit: pageQuery.limit, cursor: z.uuid().optional() });
const historyQuery = z.object({
  ...pageQuery,
  what: z.enum(['entered', 'left']).default('entered').describe('Who entered lately, or who left lately'),
});
const id = z.uuid();

/** Who is in a segment, who was, and why. */
@ApiTags('Segments')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class SegmentPeopleController {
  constructor(
    private readonly segments: Segments,
    private readonly members: SegmentMembers,
    private readonly explanation: Explanation,
    private readonly profiles: Profiles,
  ) {}

  @Get('segments/:key/members')
  @ApiOperation({ summary: 'Who is in it' })
  async memberPage(
    @Param('key') key: string,
    @Query({ schema: memberQuery }) { limit, cursor }: z.output<typeof memberQuery>,
  ): Promise<Page<Member>> {
    found(await this.segments.find(key), 'segment', key);
    const rows = await this.members.page(key, limit + 1, cursor ?? null);
    return pageOf(
      rows,
      limit,
      (row) => row,
      (row) => row.profileId,
    );
  }

  @Get('segments/:key/members.csv')
  @ApiOperation({ summary: 'Everybody who is in it, as CSV' })
  async csv(@Param('key') key: string, @Res() reply: FastifyReply): Promise<void> {
    found(await this.segments.find(key), 'segment', key);
    const rows = membersCsv((after, limit) => this.members.page(key, limit, after));
    await reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${key}.csv"`)
      .send(Readable.from(rows));
  }

  @Get('segments/:key/history')
  @ApiOperation({
    summary: 'Who entered or left it lately, when, and what made it so; newest first',
    description:
      'By: event (news, with its id), clock (a moment has come), backfill (the rule is new, changed or gone), merge (two profiles became one). Also of a segment that was deleted.',
  })
  async historyOfSegment(
    @Param('key') key: string,
    @Query({ schema: historyQuery }) { what, limit, cursor }: z.output<typeof historyQuery>,
  ): Promise<Page<Stay>> {
    const after = cursor === undefined ? null : readCursor(cursor);
    const rows = await this.members.historyOfSegment(key, what, limit + 1, after);
    return pageOf(
      rows,
      limit,
      (row) => row,
      ({ enteredAt, leftAt, profileId }) =>
        `${(what === 'left' ? (leftAt ?? enteredAt) : enteredAt).toISOString()}~${profileId}`,
    );
  }

  @Get('segments/:key/explain/:profile')
  @ApiOperation({ summary: 'Why this person is in it, or is not: the rule with actual values, and what decides' })
  async explain(
    @Param('key') key: string,
    @Param('profile', { schema: id }) profileId: string,
  ): Promise<ExplainedNode & { readonly isIn: boolean; readonly since: Date | null }> {
    const segment = found(await this.segments.find(key), 'segment', key);
    const profile = found((await this.profiles.findMany([profileId])).get(profileId), 'profile', profileId);
    const explained = await this.explanation.of(ruleSchema.parse(segment.rule), key, profile);
    const sinceMs = ownValue(profile.segments, key);
    return { isIn: sinceMs !== undefined, since: sinceMs === undefined ? null : new Date(sinceMs), ...explained };
  }

  @Get('profiles/:id/segments')
  @ApiOperation({ summary: 'Which segments a person has entered and left, when, and what made it so; newest first' })
  async historyOfPerson(@Param('id', { schema: id }) profileId: string): Promise<{ items: readonly Stay[] }> {
    return { items: await this.members.historyOf(profileId, 200) };
  }
}

const cursorSchema = z.tuple([z.iso.datetime().transform((text) => new Date(text)), z.uuid()]);

function readCursor(cursor: string): { at: Date; profileId: string } {
  const [at, profileId] = cursorSchema.parse(cursor.split('~'));
  return { at, profileId };
}
