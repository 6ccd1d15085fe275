import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Problem } from '../observability/problem.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { Configuration } from '../provisioning/configuration.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { describeRule } from '../segments/describe.js';
import { Explanation } from '../segments/explanation.service.js';
import type { ExplainedNode } from '../segments/explain.js';
import { readyMadeSegments } from '../segments/ready-made.js';
import { type Rule, ruleSchema } from '../segments/rule.js';
import { segmentInput } from '../segments/segment-input.js';
import { SegmentBackfills } from '../segments/segment-backfills.repository.js';
import type { SegmentBackfillEntity } from '../segments/segment-backfill.entity.js';
import type { SegmentEntity } from '../segments/segment.entity.js';
import {
  type Backtest,
  type Member,
  type RulePreview,
  SegmentMembers,
  type Stay,
} from '../segments/segment-members.repository.js';
import { Segments } from '../segments/segments.service.js';
import { found } from './find.js';
import { membersCsv } from './members-csv.js';
import { type Page, pageOf, pageQuery } from './paging.js';

const anyBody = z.record(z.string(), z.unknown());
const ruleBody = z.strictObject({
  rule: ruleSchema,
  key: z.string().optional().describe('Decides which random percentage is drawn'),
});
const backtestBody = ruleBody.extend({ days: z.int().min(1).max(90).default(30) });
const memberQuery = z.object({ limit: pageQuery.limit, cursor: z.uuid().optional() });
const id = z.uuid();

/** Named rules, who is in them and why. */
@ApiTags('Segments')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class SegmentsController {
  constructor(
    private readonly configuration: Configuration,
    private readonly segments: Segments,
    private readonly members: SegmentMembers,
    private readonly backfills: SegmentBackfills,
    private readonly explanation: Explanation,
    private readonly profiles: Profiles,
  ) {}

  @Get('segments')
  @ApiOperation({ summary: 'All segments, with how many people are in each' })
  async list(): Promise<object> {
    const [segments, counts] = await Promise.all([this.segments.all(), this.members.counts()]);
    const members = new Map(counts.map((row) => [row.segment, row.members]));
    return { items: segments.map((segment) => ({ ...present(segment), members: members.get(segment.key) ?? 0 })) };
  }

  @Get('segments/:key')
  @ApiOperation({ summary: 'One segment, with its rule in words and how far it has been brought to everybody' })
  async read(@Param('key') key: string): Promise<object> {
    const [segment, backfill] = await Promise.all([this.segments.find(key), this.backfills.find(key)]);
    return {
      ...present(found(segment, 'segment', key)),
      backfill: backfill === null ? null : presentBackfill(backfill),
    };
  }

  @Put('segments/:key')
  @ApiOperation({
    summary: 'Makes or changes a segment',
    description:
      'A changed rule counts at once for whoever has news; it is brought to everybody else in the background.',
  })
  async save(@Param('key') key: string, @Body({ schema: anyBody }) body: z.output<typeof anyBody>): Promise<object> {
    const input = segmentInput.parse({ ...body, key });
    await this.configuration.change((manager) => this.segments.save(manager, [input], 'api'));
    return this.read(key);
  }

  @Delete('segments/:key')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a segment; everybody leaves it, its history stays' })
  async delete(@Param('key') key: string): Promise<void> {
    await this.configuration.change((manager) => this.segments.delete(manager, key));
  }

  @Post('segments/preview')
  @HttpCode(200)
  @ApiOperation({ summary: 'How many people a rule fits now, and a few of them. Saves nothing' })
  async preview(
    @Body({ schema: ruleBody }) { rule, key }: z.output<typeof ruleBody>,
  ): Promise<RulePreview & { readonly description: string }> {
    return { description: describeRule(rule), ...(await this.members.preview(rule, key ?? '')) };
  }

  @Post('segments/backtest')
  @HttpCode(200)
  @ApiOperation({ summary: 'How many people would have been in it, and entered it, on each of the last days' })
  backtest(@Body({ schema: backtestBody }) { rule, key, days }: z.output<typeof backtestBody>): Promise<Backtest> {
    return this.members.backtest(rule, key ?? '', days);
  }

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

  @Get('segments/:key/explain/:profile')
  @ApiOperation({ summary: 'Why this person is in it, or is not: the rule with actual values, and what decides' })
  async explain(
    @Param('key') key: string,
    @Param('profile', { schema: id }) profileId: string,
  ): Promise<ExplainedNode & { readonly isIn: boolean }> {
    const segment = found(await this.segments.find(key), 'segment', key);
    const profile = found((await this.profiles.findMany([profileId])).get(profileId), 'profile', profileId);
    const explained = await this.explanation.of(ruleSchema.parse(segment.rule), key, profile);
    return { isIn: Object.hasOwn(profile.segments, key), ...explained };
  }

  @Get('segment-templates')
  @ApiOperation({ summary: 'Ready-made segments to begin with' })
  templates(): object {
    return { items: readyMadeSegments.map((each) => ({ ...each, inWords: describeRule(each.rule) })) };
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

  @Post('segments/:key/backfill/stop')
  @HttpCode(204)
  @ApiOperation({ summary: 'Stops bringing its rule to everybody; who has news is decided by it all the same' })
  stop(@Param('key') key: string): Promise<void> {
    return this.#setStopped(key, true);
  }

  @Post('segments/:key/backfill/resume')
  @HttpCode(204)
  @ApiOperation({ summary: 'Goes on where it was stopped' })
  resume(@Param('key') key: string): Promise<void> {
    return this.#setStopped(key, false);
  }

  @Get('profiles/:id/segments')
  @ApiOperation({ summary: 'Which segments a person has entered and left, when, and what made it so; newest first' })
  async history(@Param('id', { schema: id }) profileId: string): Promise<{ items: readonly Stay[] }> {
    return { items: await this.members.historyOf(profileId, 200) };
  }

  async #setStopped(key: string, stopped: boolean): Promise<void> {
    if (await this.backfills.setStopped(key, stopped)) return;
    throw new Problem(409, 'Nothing to do', `No backfill of "${key}" is ${stopped ? 'under way' : 'stopped'}.`);
  }
}

const present = (segment: SegmentEntity) => {
  const rule = ruleSchema.safeParse(segment.rule);
  return {
    key: segment.key,
    title: segment.title,
    description: segment.description,
    enabled: segment.enabled,
    provisioned: segment.provisioned,
    version: segment.version,
    rule: segment.rule,
    inWords: rule.success ? describeRule(rule.data satisfies Rule) : null,
    createdAt: segment.created_at,
    updatedAt: segment.updated_at,
  };
};

const presentBackfill = (backfill: SegmentBackfillEntity) => ({
  version: backfill.version,
  state: backfill.state,
  done: Number(backfill.done),
  total: backfill.total === null ? null : Number(backfill.total),
  entered: Number(backfill.entered),
  left: Number(backfill.left_count),
  error: backfill.error,
  startedAt: backfill.started_at,
  finishedAt: backfill.finished_at,
});
