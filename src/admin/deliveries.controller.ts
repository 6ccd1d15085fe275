import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { DeliveryEntity } from '../delivery/delivery.entity.js';
import { DeliveryLog } from '../delivery/delivery-log.repository.js';
import type { DeliveryRecordEntity } from '../delivery/delivery-record.entity.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';
import { type Page, pageOf, pageQuery } from './paging.js';

const id = z.uuid();
const filter = z.object({
  destination: z.string().optional(),
  profile: z.uuid().optional().describe('Only deliveries that carried this profile'),
  outcome: z.string().optional().describe('Only deliveries with a record that ended so, for example rejected'),
  limit: pageQuery.limit,
  cursor: z.uuid().optional(),
});
const recordQuery = z.object({ limit: pageQuery.limit, cursor: z.uuid().optional() });

/** What went to the destinations, attempt by attempt and record by record. */
@ApiTags('Deliveries')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/deliveries')
export class DeliveriesController {
  constructor(private readonly log: DeliveryLog) {}

  @Get()
  @ApiOperation({ summary: 'Deliveries, newest first' })
  async list(@Query({ schema: filter }) query: z.output<typeof filter>): Promise<Page<object>> {
    const { limit, cursor, destination, profile: profileId, outcome } = query;
    const rows = await this.log.list({ destination, profileId, outcome }, limit + 1, cursor ?? null);
    return pageOf(rows, limit, present, (row) => row.id);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One delivery' })
  async read(@Param('id', { schema: id }) deliveryId: string): Promise<object> {
    return present(found(await this.log.find(deliveryId), 'delivery', deliveryId));
  }

  @Get(':id/records')
  @ApiOperation({ summary: 'The records of one delivery: what was sent, what came back' })
  async records(
    @Param('id', { schema: id }) deliveryId: string,
    @Query({ schema: recordQuery }) { limit, cursor }: z.output<typeof recordQuery>,
  ): Promise<Page<object>> {
    const rows = await this.log.records(deliveryId, limit + 1, cursor ?? null);
    return pageOf(rows, limit, presentRecord, (row) => row.profile_id);
  }
}

const present = (delivery: DeliveryEntity) => ({
  id: delivery.id,
  destination: delivery.destination,
  mappingVersion: delivery.mapping_version,
  startedAt: delivery.started_at,
  finishedAt: delivery.finished_at,
  calls: delivery.calls,
  records: delivery.records,
  outcomes: delivery.outcomes,
  error: delivery.error,
});

const presentRecord = (record: DeliveryRecordEntity) => ({
  profile: record.profile_id,
  profileVersion: record.profile_version,
  outcome: record.outcome,
  code: record.code,
  message: record.message,
  field: record.field,
  remoteId: record.remote_id,
  sent: record.sent,
  dropped: record.dropped,
});
