import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { purposes } from '../consent/consent.js';
import { Events } from '../events/events.repository.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { operatorsFor, type RuleProblem } from '../segments/check-rule.js';
import { describeRule } from '../segments/describe.js';
import { type BuilderQuery, toQueryBuilder } from '../segments/query-builder.js';
import { readyMadeSegments } from '../segments/ready-made.js';
import type { Rule } from '../segments/rule.js';
import { RuleCaptions } from '../segments/rule-captions.service.js';
import { type Backtest, type RulePreview, SegmentMembers } from '../segments/segment-members.repository.js';
import { Segments } from '../segments/segments.service.js';
import { ruleBody, ruleIn } from './rule-body.js';

const backtestBody = ruleBody.extend({ days: z.int().min(1).max(90).default(30) });

/** The same rule in every form, and what would keep it from being saved. */
interface Draft {
  readonly rule: Rule;
  readonly builder: BuilderQuery;
  readonly inWords: string;
  readonly problems: readonly RuleProblem[];
}

/** Rules before they are saved. */
@ApiTags('Segments')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class SegmentDraftsController {
  constructor(
    private readonly segments: Segments,
    private readonly members: SegmentMembers,
    private readonly captions: RuleCaptions,
    private readonly catalog: AttributeCatalog,
    private readonly profiles: Profiles,
    private readonly events: Events,
  ) {}

  @Post('segments/preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'How many people a rule fits now, and a few of them; the rule in words and for a form. Saves nothing',
    description: 'The rule as `rule`, or as `builder`: the query of react-querybuilder.',
  })
  async preview(@Body({ schema: ruleBody }) body: z.output<typeof ruleBody>): Promise<Draft & RulePreview> {
    const rule = ruleIn(body);
    const key = body.key ?? '';
    const [problems, captions, preview] = await Promise.all([
      this.segments.problemsOf(rule, key),
      this.captions.read(),
      this.members.preview(rule, key),
    ]);
    return { rule, builder: toQueryBuilder(rule), inWords: describeRule(rule, captions), problems, ...preview };
  }

  @Post('segments/backtest')
  @HttpCode(200)
  @ApiOperation({ summary: 'How many people would have been in it, and entered it, on each of the last days' })
  backtest(@Body({ schema: backtestBody }) body: z.output<typeof backtestBody>): Promise<Backtest> {
    return this.members.backtest(ruleIn(body), body.key ?? '', body.days);
  }

  @Get('segment-templates')
  @ApiOperation({ summary: 'Ready-made segments to begin with' })
  templates(): object {
    return {
      items: readyMadeSegments.map((each) => ({
        ...each,
        inWords: describeRule(each.rule),
        builder: toQueryBuilder(each.rule),
      })),
    };
  }

  @Get('segment-fields')
  @ApiOperation({
    summary: 'What a rule can ask about, for whoever builds a form',
    description:
      'Attributes with the operators that fit their type, segments, and tags, events, channels and sources as seen lately.',
  })
  async fields(): Promise<object> {
    const [attributes, segments, tags, events] = await Promise.all([
      this.catalog.all(),
      this.segments.all(),
      this.profiles.tagsLately(),
      this.events.seenLately(),
    ]);
    return {
      attributes: attributes.map(({ key, label, type }) => ({ key, label, type, operators: operatorsFor(type) })),
      segments: segments.map(({ key, title }) => ({ key, title })),
      tags,
      purposes,
      events: [...new Set(events.map(({ name }) => name))],
      kinds: [...new Set(events.map(({ kind }) => kind))],
      channels: [...new Set(events.flatMap(({ channel }) => channel ?? []))],
      sources: [...new Set(events.map(({ source }) => source))],
    };
  }
}
