import { Body, Controller, Delete, Get, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Profiles } from '../profiles/profiles.repository.js';
import { Configuration } from '../provisioning/configuration.service.js';
import { readyMadeScores } from '../scoring/ready-made-scores.js';
import { RfmRuns } from '../scoring/rfm-runs.repository.js';
import { anyScoreSchema, attributesOf, isRfm, scoreInput } from '../scoring/score-input.js';
import type { ScoreEntity } from '../scoring/score.entity.js';
import { type ExplainedScore, ScoreExplanation } from '../scoring/score-explanation.service.js';
import { Scores } from '../scoring/scores.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';
import { StillUsed } from '../triggers/still-used.service.js';

const anyBody = z.record(z.string(), z.unknown());
const id = z.uuid();

/** Points for what people do and are. A score is an attribute: segments, mappings and templates use it as any other. */
@ApiTags('Scores')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class ScoresController {
  constructor(
    private readonly configuration: Configuration,
    private readonly scores: Scores,
    private readonly rfm: RfmRuns,
    private readonly explanation: ScoreExplanation,
    private readonly profiles: Profiles,
    private readonly stillUsed: StillUsed,
  ) {}

  @Get('scores')
  @ApiOperation({ summary: 'All scores' })
  async list(): Promise<object> {
    const [scores, waiting] = await Promise.all([this.scores.all(), this.scores.waiting()]);
    return { items: scores.map((score) => present(score, waiting)) };
  }

  @Get('scores/:key')
  @ApiOperation({ summary: 'One score; of RFM also when everybody was put into fifths last, and where those lie' })
  async read(@Param('key') key: string): Promise<object> {
    const [score, waiting, lastRun] = await Promise.all([
      this.scores.find(key),
      this.scores.waiting(),
      this.rfm.last(key),
    ]);
    return { ...present(found(score, 'score', key), waiting), ...(lastRun !== null && { lastRun }) };
  }

  @Put('scores/:key')
  @ApiOperation({ summary: 'Makes or changes a score; it is counted for everybody, from all their events' })
  async save(@Param('key') key: string, @Body({ schema: anyBody }) body: z.output<typeof anyBody>): Promise<object> {
    const input = scoreInput.parse({ ...body, key });
    await this.configuration.change((manager) => this.scores.save(manager, input, 'api'));
    return this.read(key);
  }

  @Delete('scores/:key')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a score; the attributes keep what they hold' })
  async delete(@Param('key') key: string): Promise<void> {
    await this.configuration.change(async (manager) => {
      await this.stillUsed.refuse(manager, 'score', key);
      await this.scores.delete(manager, key);
    });
  }

  @Get('score-templates')
  @ApiOperation({ summary: 'Ready-made scores to begin with' })
  templates(): object {
    return { items: readyMadeScores };
  }

  @Get('profiles/:id/scores')
  @ApiOperation({ summary: "Where a person's points come from, line by line, and when they change by themselves" })
  async explain(@Param('id', { schema: id }) profileId: string): Promise<{ items: readonly ExplainedScore[] }> {
    const profile = found((await this.profiles.findMany([profileId])).get(profileId), 'profile', profileId);
    return { items: await this.explanation.of(profile) };
  }
}

function present(score: ScoreEntity, waiting: ReadonlyMap<string, number>) {
  const { key, title } = score;
  const definition = anyScoreSchema.safeParse(score.definition);
  return {
    key,
    title,
    description: score.description,
    enabled: score.enabled,
    provisioned: score.provisioned,
    version: score.version,
    ...(definition.success &&
      !isRfm(definition.data) && {
        countedForEverybody: score.marked_version >= score.version && !waiting.has(key),
        waiting: waiting.get(key) ?? 0,
      }),
    definition: score.definition,
    attributes: definition.success ? attributesOf({ key, title, definition: definition.data }) : [],
    createdAt: score.created_at,
    updatedAt: score.updated_at,
  };
}
