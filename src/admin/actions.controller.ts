import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { type Now, NOW } from '../database/environment.js';
import { ActionRunList } from '../delivery/action-run-list.repository.js';
import { ActionRuns } from '../delivery/action-runs.repository.js';
import { actionRunStatuses } from '../delivery/action-run.js';
import { DeliveryWaker } from '../delivery/delivery-waker.service.js';
import type { ActionDeclaration } from '../destinations/action.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { Problem } from '../observability/problem.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';
import { presentActionRun } from './present-action-run.js';
import { type Page, pageOf, pageQuery } from './paging.js';

const runBody = z.strictObject({
  profile: z.uuid().optional().describe('Whom it is about; left out for an action on the account'),
  input: z.json().default({}).describe('As the action declares it'),
  idempotencyKey: z.string().min(1).max(200).optional().describe('Asked twice with the same key, it is done once'),
});
const listQuery = z.object({
  destination: z.string().optional(),
  profile: z.uuid().optional(),
  status: z.enum(actionRunStatuses).optional(),
  limit: pageQuery.limit,
  cursor: z.uuid().optional(),
});
const id = z.uuid();

/** What destinations can do, and what was done. */
@ApiTags('Actions')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class ActionsController {
  constructor(
    private readonly mappings: MappingDirectory,
    private readonly runs: ActionRuns,
    private readonly runList: ActionRunList,
    private readonly profiles: Profiles,
    private readonly waker: DeliveryWaker,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Get('destinations/:key/actions')
  @ApiOperation({ summary: 'What this destination can do, each with the schema of its input' })
  actions(@Param('key') key: string): { items: readonly object[] } {
    const { provider } = found(this.mappings.findConnected(key), 'enabled destination', key);
    return { items: (provider.actions ?? []).map(present) };
  }

  @Post('destinations/:key/actions/:action')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Plans one action for one profile; done once the destination holds the profile as it is now',
  })
  async perform(
    @Param('key') key: string,
    @Param('action') id: string,
    @Body({ schema: runBody }) body: z.output<typeof runBody>,
  ): Promise<object> {
    const { provider } = found(this.mappings.find(key), 'enabled destination with a mapping', key);
    const action = found(
      provider.actions?.find((candidate) => candidate.id === id),
      `action of ${provider.title}`,
      id,
    );
    const input = checkedInput(action, body.input);
    const profileId = await this.#subject(action, body.profile);
    const now = this.now();
    const cause = body.idempotencyKey ?? uuidv7();
    const origin = `person/${key}`;
    await this.runs.planNow(
      [{ id: uuidv7(), destination: key, action: id, profileId, origin, cause, input, dueAt: now, usefulUntil: null }],
      now,
    );
    this.waker.wake(key, now);
    return presentActionRun(found(await this.runList.findByCause(origin, cause), 'action run', cause));
  }

  @Get('action-runs')
  @ApiOperation({ summary: 'What was planned and what came of it, newest first' })
  async list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>): Promise<Page<object>> {
    const { limit, cursor, profile: profileId, destination, status } = query;
    const rows = await this.runList.page({ destination, profileId, status }, limit + 1, cursor ?? null);
    return pageOf(rows, limit, presentActionRun, (row) => row.id);
  }

  @Get('action-runs/:id')
  @ApiOperation({ summary: 'One of them' })
  async one(@Param('id', { schema: id }) runId: string): Promise<object> {
    return presentActionRun(found(await this.runList.find(runId), 'action run', runId));
  }

  @Post('action-runs/:id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Takes one back that has not been begun' })
  async cancel(@Param('id', { schema: id }) runId: string): Promise<object> {
    const taken = await this.runs.cancel([runId], 'cancelled by a person', this.now());
    const run = found(await this.runList.find(runId), 'action run', runId);
    if (taken.length === 0)
      throw new Problem(409, 'Too late', `The run is ${run.status}; only planned ones can be taken back.`);
    return presentActionRun(run);
  }

  async #subject({ subject }: ActionDeclaration, profile: string | undefined): Promise<string | null> {
    if (subject === 'account' && profile === undefined) return null;
    if (profile === undefined)
      throw new Problem(422, 'No profile', 'This action is about a person: say whose profile it is, in "profile".');
    return found(await this.profiles.findOne(profile), 'profile', profile).id;
  }
}

/** The input as it was given: it is checked again, and completed with defaults, when the run is performed. */
function checkedInput({ input: schema, id: action }: ActionDeclaration, input: z.output<typeof runBody>['input']) {
  const checked = schema.safeParse(input);
  if (checked.success) return input;
  throw new Problem(422, 'The input does not fit', `${action}: ${z.prettifyError(checked.error)}`);
}

const present = ({ id: action, title, description, input, nature, subject, consent, scopes }: ActionDeclaration) => ({
  id: action,
  title,
  description,
  nature,
  subject,
  consent,
  scopes,
  input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
});
