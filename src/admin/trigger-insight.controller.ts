import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Now, NOW } from '../database/environment.js';
import { Problem } from '../observability/problem.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { describeTrigger } from '../triggers/definition/describe-trigger.js';
import { type Trigger, triggerSchema } from '../triggers/definition/trigger.js';
import { type Backtest, DryRun } from '../triggers/insight/dry-run.service.js';
import type { Lift } from '../triggers/insight/lift.js';
import type { Simulation } from '../triggers/insight/simulate.service.js';
import { TriggerReports } from '../triggers/insight/trigger-reports.service.js';
import { TriggerDirectory } from '../triggers/trigger-directory.service.js';
import { readTrigger, Triggers } from '../triggers/triggers.service.js';
import { found } from './find.js';

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

/** What triggers would do, tried without doing anything, and what came of what they did. */
@ApiTags('Triggers')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class TriggerInsightController {
  constructor(
    private readonly triggers: Triggers,
    private readonly directory: TriggerDirectory,
    private readonly reports: TriggerReports,
    private readonly dryRuns: DryRun,
    @Inject(NOW) private readonly now: Now,
  ) {}

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
