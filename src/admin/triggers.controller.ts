import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Now, NOW } from '../database/environment.js';
import { Problem } from '../observability/problem.js';
import { Configuration } from '../provisioning/configuration.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { describeTrigger } from '../triggers/definition/describe-trigger.js';
import { type Trigger, triggerSchema } from '../triggers/definition/trigger.js';
import { triggerInput } from '../triggers/definition/trigger-input.js';
import { type Backtest, DryRun } from '../triggers/insight/dry-run.service.js';
import type { Lift } from '../triggers/insight/lift.js';
import type { Simulation } from '../triggers/insight/simulate.service.js';
import { TriggerReports } from '../triggers/insight/trigger-reports.service.js';
import { recipes } from '../triggers/recipes/recipes.js';
import { TriggerDirectory } from '../triggers/trigger-directory.service.js';
import { TriggerRounds } from '../triggers/trigger-rounds.repository.js';
import { readTrigger, type StoredTrigger, Triggers } from '../triggers/triggers.service.js';
import { found } from './find.js';

const anyBody = z.record(z.string(), z.unknown());
const checkBody = z.strictObject({ definition: triggerSchema });
const about = {
  key: z.string().min(1).optional().describe('A trigger that is kept; left out: the definition counts'),
  definition: triggerSchema.optional(),
};
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const dryRunBody = z.strictObject({
  ...about,
  profile: z.uuid(),
  event: z
    .strictObject({
      name: z.string().min(1),
      channel: z.string().nullable().default(null),
      text: z.string().nullable().default(null),
      properties: z.record(z.string(), scalar).default({}),
    })
    .optional()
    .describe('The event that would have caused it, for the texts that speak of it'),
});
const backtestBody = z.strictObject({ ...about, days: z.int().min(1).max(90).default(30) });
const sinceQuery = z.object({ days: z.coerce.number().int().min(1).max(3_650).default(90) });
const funnelQuery = z.object({ version: z.coerce.number().int().min(1).optional() });

const dayMs = 86_400_000;

/** What is done when something happens to a person: kept, tried without doing anything, and looked at afterwards. */
@ApiTags('Triggers')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class TriggersController {
  constructor(
    private readonly configuration: Configuration,
    private readonly triggers: Triggers,
    private readonly directory: TriggerDirectory,
    private readonly rounds: TriggerRounds,
    private readonly reports: TriggerReports,
    private readonly dryRuns: DryRun,
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

  @Post('triggers/check')
  @HttpCode(200)
  @ApiOperation({ summary: 'What is wrong about a definition, and the definition in words. Saves nothing' })
  async check(@Body({ schema: checkBody }) { definition }: z.output<typeof checkBody>): Promise<object> {
    return { inWords: describeTrigger(definition), problems: await this.triggers.problems(definition) };
  }

  @Post('triggers/dry-run')
  @HttpCode(200)
  @ApiOperation({ summary: 'What would be done for one person, when, and what would be held back by which rule' })
  async dryRun(@Body({ schema: dryRunBody }) body: z.output<typeof dryRunBody>): Promise<Simulation> {
    const { key, definition } = await this.#meant(body);
    const { event: said } = body;
    const event = said === undefined ? null : { ...said, source: 'dry-run' };
    const context = { event, segment: null, about: null };
    return found(await this.dryRuns.forProfile(key, definition, body.profile, context), 'profile', body.profile);
  }

  @Post('triggers/backtest')
  @HttpCode(200)
  @ApiOperation({ summary: 'What would have been done for everything that would have caused it in the last days' })
  async backtest(@Body({ schema: backtestBody }) body: z.output<typeof backtestBody>): Promise<Backtest> {
    const { key, definition } = await this.#meant(body);
    const backtest = await this.dryRuns.backtest(key, definition, body.days);
    if (backtest !== null) return backtest;
    throw new Problem(
      422,
      'Nothing to look back on',
      'Scores and dates of people keep no history. Dry-run the trigger for single people instead.',
    );
  }

  @Get('triggers/:key/activity')
  @ApiOperation({ summary: 'How many runs stand where, and why' })
  async activity(
    @Param('key') key: string,
    @Query({ schema: sinceQuery }) { days }: z.output<typeof sinceQuery>,
  ): Promise<object> {
    const items = await this.reports.activity(key, this.#ago(days));
    return { items: items.map(({ status, code, runs }) => ({ status, code, runs })) };
  }

  @Get('triggers/:key/funnel')
  @ApiOperation({ summary: 'How many runs came to each step of a version, and what became of them there' })
  async funnel(
    @Param('key') key: string,
    @Query({ schema: funnelQuery }) query: z.output<typeof funnelQuery>,
  ): Promise<object> {
    const trigger = found(await this.triggers.find(key), 'trigger', key);
    const version = query.version ?? trigger.version;
    const rows = Map.groupBy(await this.reports.funnel(key, version), ({ step }) => step);
    const order = this.directory.current.version(key, version)?.program.steps.keys() ?? [];
    const steps = [...new Set([...order, ...rows.keys()])];
    return {
      version,
      items: steps.map((step) => {
        const outcomes = (rows.get(step) ?? []).map(({ outcome, runs }) => ({ outcome, runs }));
        return { step, runs: outcomes.reduce((sum, { runs }) => sum + runs, 0), outcomes };
      }),
    };
  }

  @Get('triggers/:key/lift')
  @ApiOperation({
    summary: 'How much more often people reach the goal than those who got nothing, with a 95 % confidence interval',
  })
  async lift(
    @Param('key') key: string,
    @Query({ schema: sinceQuery }) { days }: z.output<typeof sinceQuery>,
  ): Promise<Lift> {
    const trigger = found(await this.triggers.find(key), 'trigger', key);
    const definition = found(readTrigger(trigger.definition), 'trigger', key);
    const lift = await this.reports.lift(this.directory.trial(key, trigger.title, definition).trigger, this.#ago(days));
    if (lift !== null) return lift;
    throw new Problem(
      409,
      'It has no goal',
      `Say in the definition of "${key}" what it is for, as goal: { event, within }.`,
    );
  }

  @Get('trigger-recipes')
  @ApiOperation({ summary: 'Ready-made triggers to begin with, each with the segments it needs' })
  recipes(): object {
    return { items: recipes.map((recipe) => ({ ...recipe, inWords: describeTrigger(recipe.trigger.definition) })) };
  }

  #ago(days: number): Date {
    return new Date(this.now().getTime() - days * dayMs);
  }

  async #meant({ key, definition }: { readonly key?: string | undefined; readonly definition?: Trigger | undefined }) {
    if (definition !== undefined) {
      const problems = await this.triggers.problems(definition);
      if (problems.length > 0) throw new Problem(422, 'The trigger cannot be used', problems.join('\n'));
      return { key: key ?? 'dry-run', definition };
    }
    if (key === undefined) throw new Problem(400, 'Which trigger?', 'Give the key of a trigger, or a definition.');
    const trigger = found(await this.triggers.find(key), 'trigger', key);
    return { key, definition: found(readTrigger(trigger.definition), 'trigger', key) };
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
