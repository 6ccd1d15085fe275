import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Problem } from '../observability/problem.js';
import { Configuration } from '../provisioning/configuration.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { type Captions, describeRule } from '../segments/describe.js';
import { builderInput, fromQueryBuilder, toQueryBuilder } from '../segments/query-builder.js';
import { ruleSchema } from '../segments/rule.js';
import { RuleCaptions } from '../segments/rule-captions.service.js';
import { segmentInput } from '../segments/segment-input.js';
import { SegmentBackfills } from '../segments/segment-backfills.repository.js';
import type { SegmentBackfillEntity } from '../segments/segment-backfill.entity.js';
import type { SegmentEntity } from '../segments/segment.entity.js';
import { SegmentMembers } from '../segments/segment-members.repository.js';
import { Segments } from '../segments/segments.service.js';
import { found } from './find.js';
import { StillUsed } from '../triggers/still-used.service.js';

/** As `segmentInput` without the key, but the rule may come as react-querybuilder holds it. */
const anyBody = z.looseObject({ builder: builderInput.optional() });

/** Named rules, and how far each has been brought to everybody. */
@ApiTags('Segments')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/segments')
export class SegmentsController {
  constructor(
    private readonly configuration: Configuration,
    private readonly segments: Segments,
    private readonly members: SegmentMembers,
    private readonly backfills: SegmentBackfills,
    private readonly captions: RuleCaptions,
    private readonly stillUsed: StillUsed,
  ) {}

  @Get()
  @ApiOperation({ summary: 'All segments, with how many people are in each' })
  async list(): Promise<object> {
    const [segments, counts, captions] = await Promise.all([
      this.segments.all(),
      this.members.counts(),
      this.captions.read(),
    ]);
    const members = new Map(counts.map((row) => [row.segment, row.members]));
    return {
      items: segments.map((segment) => ({ ...present(segment, captions), members: members.get(segment.key) ?? 0 })),
    };
  }

  @Get(':key')
  @ApiOperation({
    summary: 'One segment, with its rule in words and for a form, and how far it has been brought to everybody',
  })
  async read(@Param('key') key: string): Promise<object> {
    const [segment, members, backfill, captions] = await Promise.all([
      this.segments.find(key),
      this.members.count(key),
      this.backfills.find(key),
      this.captions.read(),
    ]);
    return {
      ...present(found(segment, 'segment', key), captions),
      members,
      backfill: backfill === null ? null : presentBackfill(backfill),
    };
  }

  @Put(':key')
  @ApiOperation({
    summary: 'Makes or changes a segment',
    description:
      'A changed rule counts at once for whoever has news; it is brought to everybody else in the background. The rule as `rule`, or as `builder`: the query of react-querybuilder.',
  })
  async save(@Param('key') key: string, @Body({ schema: anyBody }) body: z.output<typeof anyBody>): Promise<object> {
    const { builder, ...rest } = body;
    const said = builder === undefined ? rest : { ...rest, rule: fromQueryBuilder(builder) };
    const input = segmentInput.parse({ ...said, key });
    await this.configuration.change((manager) => this.segments.save(manager, [input], 'api'));
    return this.read(key);
  }

  @Delete(':key')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a segment that no other one asks for; everybody leaves it, its history stays' })
  async delete(@Param('key') key: string): Promise<void> {
    await this.configuration.change(async (manager) => {
      await this.stillUsed.refuse(manager, 'segment', key);
      await this.segments.delete(manager, key);
    });
  }

  @Post(':key/backfill/stop')
  @HttpCode(204)
  @ApiOperation({ summary: 'Stops bringing its rule to everybody; who has news is decided by it all the same' })
  stop(@Param('key') key: string): Promise<void> {
    return this.#setStopped(key, true);
  }

  @Post(':key/backfill/resume')
  @HttpCode(204)
  @ApiOperation({ summary: 'Goes on where it was stopped' })
  resume(@Param('key') key: string): Promise<void> {
    return this.#setStopped(key, false);
  }

  async #setStopped(key: string, stopped: boolean): Promise<void> {
    if (await this.backfills.setStopped(key, stopped)) return;
    throw new Problem(409, 'Nothing to do', `No backfill of "${key}" is ${stopped ? 'under way' : 'stopped'}.`);
  }
}

function present(segment: SegmentEntity, captions: Captions) {
  const rule = ruleSchema.safeParse(segment.rule);
  return {
    key: segment.key,
    title: segment.title,
    description: segment.description,
    enabled: segment.enabled,
    provisioned: segment.provisioned,
    version: segment.version,
    rule: segment.rule,
    inWords: rule.success ? describeRule(rule.data, captions) : null,
    builder: rule.success ? toQueryBuilder(rule.data) : null,
    createdAt: segment.created_at,
    updatedAt: segment.updated_at,
  };
}

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
