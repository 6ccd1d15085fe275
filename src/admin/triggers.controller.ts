import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Now, NOW } from '../database/environment.js';
import { Configuration } from '../provisioning/configuration.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { describeTrigger } from '../triggers/definition/describe-trigger.js';
import { triggerInput } from '../triggers/definition/trigger-input.js';
import { TriggerReports } from '../triggers/insight/trigger-reports.service.js';
import { recipes } from '../triggers/recipes/recipes.js';
import { TriggerRounds } from '../triggers/trigger-rounds.repository.js';
import { readTrigger, type StoredTrigger, Triggers } from '../triggers/triggers.service.js';
import { found } from './find.js';

const anyBody = z.record(z.string(), z.unknown());
const dayMs = 86_400_000;

/** What is done when something happens to a person: kept, changed and deleted. */
@ApiTags('Triggers')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class TriggersController {
  constructor(
    private readonly configuration: Configuration,
    private readonly triggers: Triggers,
    private readonly rounds: TriggerRounds,
    private readonly reports: TriggerReports,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Get('triggers')
  @ApiOperation({ summary: 'All triggers, each with how its runs of the last 90 days stand' })
  async list(): Promise<object> {
    const [triggers, activity] = await Promise.all([this.triggers.all(), this.reports.activity(null, this.#ago(90))]);
    const byTrigger = Map.groupBy(activity, ({ trigger }) => trigger);
    return {
      items: triggers.map((trigger) => ({ ...present(trigger), runs: byStatus(byTrigger.get(trigger.key) ?? []) })),
    };
  }

  @Get('triggers/:key')
  @ApiOperation({ summary: 'One trigger, in words, with what is wrong about it and how far its present round is' })
  async read(@Param('key') key: string): Promise<object> {
    const trigger = found(await this.triggers.find(key), 'trigger', key);
    const definition = readTrigger(trigger.definition);
    const [problems, round] = await Promise.all([
      definition === null ? ['this version of Parley cannot read it'] : this.triggers.problems(definition),
      this.rounds.find(key),
    ]);
    return { ...present(trigger), problems, round: round === null ? null : presentRound(round) };
  }

  @Put('triggers/:key')
  @ApiOperation({
    summary: 'Makes or changes a trigger',
    description:
      'Runs under way finish the version they began, unless `insideRuns` is `move`. A trigger that is switched off lets everything stand still.',
  })
  async save(@Param('key') key: string, @Body({ schema: anyBody }) body: z.output<typeof anyBody>): Promise<object> {
    const input = triggerInput.parse({ ...body, key });
    await this.configuration.change(async (manager) => {
      await this.triggers.refuseWrong(manager, [input]);
      await this.triggers.save(manager, input, 'api');
    });
    return this.read(key);
  }

  @Delete('triggers/:key')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a trigger; whoever is inside is taken out, the history of its runs stays' })
  async delete(@Param('key') key: string): Promise<void> {
    await this.configuration.change((manager) => this.triggers.delete(manager, key));
  }

  @Get('triggers/:key/versions')
  @ApiOperation({ summary: 'What it did before, newest first' })
  async versions(@Param('key') key: string): Promise<object> {
    found(await this.triggers.find(key), 'trigger', key);
    const versions = await this.triggers.versions(key);
    return {
      items: versions.map(({ version, definition, created_at: createdAt }) => ({
        version,
        definition,
        inWords: wordsOf(definition),
        createdAt,
      })),
    };
  }

  @Get('trigger-recipes')
  @ApiOperation({ summary: 'Ready-made triggers to begin with, each with the segments it needs' })
  recipes(): object {
    return { items: recipes.map((recipe) => ({ ...recipe, inWords: describeTrigger(recipe.trigger.definition) })) };
  }

  #ago(days: number): Date {
    return new Date(this.now().getTime() - days * dayMs);
  }
}

const byStatus = (rows: readonly { readonly status: string; readonly runs: number }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status, runs } of rows) counts[status] = (counts[status] ?? 0) + runs;
  return counts;
};

function wordsOf(definition: unknown): string | null {
  const trigger = readTrigger(definition);
  return trigger === null ? null : describeTrigger(trigger);
}

const present = (trigger: StoredTrigger) => ({
  key: trigger.key,
  title: trigger.title,
  description: trigger.description,
  enabled: trigger.enabled,
  provisioned: trigger.provisioned,
  version: trigger.version,
  definition: trigger.definition,
  inWords: wordsOf(trigger.definition),
  createdAt: trigger.created_at,
  updatedAt: trigger.updated_at,
});

const presentRound = (round: NonNullable<Awaited<ReturnType<TriggerRounds['find']>>>) => ({
  kind: round.kind,
  dueAt: round.due_at,
  underWaySince: round.round_at,
  done: Number(round.done),
  error: round.error,
  finishedAt: round.finished_at,
});
