import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { wantsAuthorization } from '../delivery/authorizations.service.js';
import { DestinationStates } from '../delivery/destination-states.repository.js';
import { Grants } from '../delivery/grants.service.js';
import { DestinationEntity } from '../mapping/destination.entity.js';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';

/** How one destination is doing, in one answer: what holds it back, its connection, its daily allowance. */
@ApiTags('Destinations')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/destinations/:key')
export class DestinationStandingController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly mappings: MappingDirectory,
    private readonly states: DestinationStates,
    private readonly grants: Grants,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'One destination: how it is connected, what holds it back, what is left of its daily allowance',
  })
  async read(@Param('key') key: string): Promise<object> {
    const row = found(await this.dataSource.getRepository(DestinationEntity).findOneBy({ key }), 'destination', key);
    const state = await this.states.find(key);
    return {
      key,
      provider: row.provider,
      title: row.title,
      settings: row.settings,
      enabled: row.enabled,
      provisioned: row.provisioned,
      connection: await this.#connection(key),
      pausedReason: state?.paused_reason ?? null,
      restsUntil: state?.rests_until ?? null,
      restReason: state?.rest_reason ?? null,
      breaker: state?.breaker ?? {},
      usage: state?.usage ?? null,
    };
  }

  async #connection(key: string): Promise<object> {
    if (wantsAuthorization(this.mappings.findConnected(key)) === null) return { by: 'key' };
    const standing = await this.grants.standing(key);
    return { by: 'person', connected: standing !== null && standing.refusedReason === null, ...standing };
  }
}
