import { Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Now, NOW } from '../database/environment.js';
import { DeliveryWaker } from '../delivery/delivery-waker.service.js';
import type { ErasureEntity } from '../delivery/erasure.entity.js';
import { Erasures } from '../delivery/erasures.repository.js';
import { Erasure, type ErasurePlan } from '../erasure/erasure.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';
import { type Page, pageOf, pageQuery } from './paging.js';

const id = z.uuid();
const listQuery = z.object({ profile: z.uuid().optional(), limit: pageQuery.limit, cursor: z.uuid().optional() });

/** The right to be forgotten (GDPR, article 17). */
@ApiTags('Erasure')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class ErasuresController {
  constructor(
    private readonly erasure: Erasure,
    private readonly erasures: Erasures,
    private readonly waker: DeliveryWaker,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Get('profiles/:id/erasure')
  @ApiOperation({ summary: 'What forgetting this person would mean, here and at each destination. Does nothing' })
  async plan(@Param('id', { schema: id }) profileId: string): Promise<ErasurePlan> {
    return found(await this.erasure.plan(profileId), 'profile', profileId);
  }

  @Post('profiles/:id/erasure')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Forgets this person: here at once, at the destinations as soon as they can be reached. Cannot be undone',
  })
  async erase(@Param('id', { schema: id }) profileId: string): Promise<ErasurePlan> {
    return found(await this.erasure.run(profileId, 'api'), 'profile', profileId);
  }

  @Get('erasures')
  @ApiOperation({ summary: 'Who was to be forgotten where, and whether it is done; newest first' })
  async list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>): Promise<Page<object>> {
    const rows = await this.erasures.page({ profileId: query.profile }, query.limit + 1, query.cursor ?? null);
    return pageOf(rows, query.limit, present, (row) => row.id);
  }

  @Post('erasures/:id/retry')
  @HttpCode(204)
  @ApiOperation({ summary: 'Tries a failed one again' })
  async retry(@Param('id', { schema: id }) erasureId: string): Promise<void> {
    const destination = found(await this.erasures.retry(erasureId, this.now()), 'failed erasure', erasureId);
    this.waker.wake(destination, this.now());
  }
}

const present = (erasure: ErasureEntity) => ({
  id: erasure.id,
  profile: erasure.profile_id,
  destination: erasure.destination,
  status: erasure.status,
  reason: erasure.reason,
  requestedBy: erasure.requested_by,
  requestedAt: erasure.requested_at,
  finishedAt: erasure.finished_at,
});
