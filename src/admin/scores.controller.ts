import { Body, Controller, Delete, Get, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Configuration } from '../provisioning/configuration.service.js';
import { scoreInput } from '../scoring/score-input.js';
import type { ScoreEntity } from '../scoring/score.entity.js';
import { Scores } from '../scoring/scores.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';

const anyBody = z.record(z.string(), z.unknown());

/** Points for what people do and are. A score is an attribute: segments, mappings and templates use it as any other. */
@ApiTags('Scores')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/scores')
export class ScoresController {
  constructor(
    private readonly configuration: Configuration,
    private readonly scores: Scores,
  ) {}

  @Get()
  @ApiOperation({ summary: 'All scores' })
  async list(): Promise<object> {
    return { items: (await this.scores.all()).map(present) };
  }

  @Get(':key')
  @ApiOperation({ summary: 'One score' })
  async read(@Param('key') key: string): Promise<object> {
    return present(found(await this.scores.find(key), 'score', key));
  }

  @Put(':key')
  @ApiOperation({ summary: 'Makes or changes a score; it is counted for everybody, from all their events' })
  async save(@Param('key') key: string, @Body({ schema: anyBody }) body: z.output<typeof anyBody>): Promise<object> {
    const input = scoreInput.parse({ ...body, key });
    await this.configuration.change((manager) => this.scores.save(manager, input, 'api'));
    return this.read(key);
  }

  @Delete(':key')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a score; the attributes keep what they hold' })
  async delete(@Param('key') key: string): Promise<void> {
    await this.configuration.change((manager) => this.scores.delete(manager, key));
  }
}

const present = (score: ScoreEntity) => ({
  key: score.key,
  title: score.title,
  description: score.description,
  enabled: score.enabled,
  provisioned: score.provisioned,
  version: score.version,
  countedForEverybody: score.marked_version >= score.version,
  definition: score.definition,
  createdAt: score.created_at,
  updatedAt: score.updated_at,
});
