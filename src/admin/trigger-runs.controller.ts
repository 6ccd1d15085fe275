import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ActionRunList } from '../delivery/action-run-list.repository.js';
import { Problem } from '../observability/problem.js';
import { Configuration } from '../provisioning/configuration.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { ContactPolicies } from '../triggers/contact-policies.service.js';
import { contactPolicySchema, openPolicy } from '../triggers/definition/contact-policy.js';
import { TriggerReports } from '../triggers/insight/trigger-reports.service.js';
import { runStatuses } from '../triggers/journey/run-status.js';
import type { TriggerRunEntity } from '../triggers/trigger-run.entity.js';
import type { TriggerStepEntity } from '../triggers/trigger-step.entity.js';
import { found } from './find.js';
import { type Page, pageOf, pageQuery } from './paging.js';
import { presentActionRun } from './present-action-run.js';

const listQuery = z.object({
  trigger: z.string().optional(),
  profile: z.uuid().optional(),
  status: z.enum(runStatuses).optional(),
  limit: pageQuery.limit,
  cursor: z.uuid().optional(),
});
const id = z.uuid();

/** What triggers did for whom, and why not; and how often people may be reached. */
@ApiTags('Triggers')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class TriggerRunsController {
  constructor(
    private readonly reports: TriggerReports,
    private readonly actionRuns: ActionRunList,
    private readonly configuration: Configuration,
    private readonly policies: ContactPolicies,
  ) {}

  @Get('trigger-runs')
  @ApiOperation({ summary: 'Runs of triggers with what became of them, newest first' })
  async list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>): Promise<Page<object>> {
    const { limit, cursor, profile: profileId, trigger, status } = query;
    const rows = await this.reports.page({ trigger, profileId, status }, limit + 1, cursor ?? null);
    return pageOf(rows, limit, presentRun, (row) => row.id);
  }

  @Get('trigger-runs/:id')
  @ApiOperation({ summary: 'One run: what caused it, each step it took and why, and the actions that came of it' })
  async one(@Param('id', { schema: id }) runId: string): Promise<object> {
    const run = found(await this.reports.find(runId), 'trigger run', runId);
    const steps = await this.reports.steps(runId);
    const actions = [...new Set([...steps.map((step) => step.action_run), run.action_run])].flatMap((one) => one ?? []);
    const performed = await this.actionRuns.findMany(actions);
    return {
      ...presentRun(run),
      context: run.context,
      steps: steps.map(presentStep),
      actions: performed.map(presentActionRun),
    };
  }

  @Post('trigger-runs/:id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Takes a person out who is under way; an action that has not begun is not done' })
  async cancel(@Param('id', { schema: id }) runId: string): Promise<object> {
    const taken = await this.reports.cancel([runId], 'cancelled by a person');
    const run = found(await this.reports.find(runId), 'trigger run', runId);
    if (taken.length === 0)
      throw new Problem(409, 'Too late', `The run is ${run.status}; it is not under way any more.`);
    return presentRun(run);
  }

  @Get('contact-policy')
  @ApiOperation({ summary: 'When and how often people may be reached, over all triggers' })
  async policy(): Promise<object> {
    const policy = await this.policies.find();
    if (policy === null) return { ...openPolicy, provisioned: false, updatedAt: null };
    return {
      ...contactPolicySchema.parse(policy.definition),
      provisioned: policy.provisioned,
      updatedAt: policy.updated_at,
    };
  }

  @Put('contact-policy')
  @ApiOperation({ summary: 'Says it; counts at once, also for runs under way' })
  async savePolicy(
    @Body({ schema: contactPolicySchema }) policy: z.output<typeof contactPolicySchema>,
  ): Promise<object> {
    await this.configuration.change((manager) => this.policies.save(manager, policy, 'api'));
    return this.policy();
  }
}

const presentRun = (run: TriggerRunEntity) => ({
  id: run.id,
  trigger: run.trigger,
  version: run.version,
  profile: run.profile_id,
  cause: run.cause,
  causedAt: run.caused_at,
  event: run.event_id,
  status: run.status,
  code: run.code,
  reason: run.reason,
  step: run.step,
  dueAt: run.due_at,
  paused: run.paused,
  plannedAt: run.planned_at,
  finishedAt: run.finished_at,
});

const presentStep = (step: TriggerStepEntity) => ({
  step: step.step,
  at: step.at,
  outcome: step.outcome,
  code: step.code,
  reason: step.reason,
  actionRun: step.action_run,
});
