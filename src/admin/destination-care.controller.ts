import { Controller, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Now, NOW } from '../database/environment.js';
import { Connections } from '../delivery/connections.service.js';
import { DeliveryWaker } from '../delivery/delivery-waker.service.js';
import { DestinationStates } from '../delivery/destination-states.repository.js';
import { targetOf } from '../delivery/preparation.service.js';
import { Resync } from '../delivery/resync.service.js';
import type { ConnectionCheck, RemoteField } from '../destinations/destination.js';
import { isWritten } from '../mapping/mapping.js';
import { type ActiveDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { asked } from './asked.js';
import { found } from './find.js';

/** What an admin does with a connected destination: look whether it works, see its fields, set it going again. */
@ApiTags('Destinations')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/destinations/:key')
export class DestinationCareController {
  constructor(
    private readonly mappings: MappingDirectory,
    private readonly connections: Connections,
    private readonly states: DestinationStates,
    private readonly waker: DeliveryWaker,
    private readonly resyncs: Resync,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Post('check')
  @HttpCode(200)
  @ApiOperation({ summary: 'Looks at the account: does it let us in, and what is missing?' })
  check(@Param('key') key: string): Promise<ConnectionCheck> {
    const connected = found(this.mappings.findConnected(key), 'enabled destination', key);
    const active = this.mappings.findKeeping(key);
    return asked(() =>
      this.connections.to(connected).check({ mapping: active === undefined ? null : checkedMapping(active) }),
    );
  }

  @Get('fields')
  @ApiOperation({ summary: 'The fields of the object its mapping writes to, as the provider describes them now' })
  async fields(@Param('key') key: string): Promise<{ items: readonly RemoteField[] }> {
    const active = this.#keeping(key);
    return { items: await asked(() => this.connections.to(active).fields(active.mapping.object)) };
  }

  @Post('resume')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sets it going again after it was paused or rested' })
  async resume(@Param('key') key: string): Promise<void> {
    found(this.mappings.find(key), 'enabled destination with a mapping', key);
    await this.states.resume(key);
    this.waker.wake(key, this.now());
  }

  @Post('resync')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Compares every profile with what the destination is known to hold; only differences are sent',
  })
  async resync(@Param('key') key: string): Promise<void> {
    this.#keeping(key);
    await this.resyncs.plan(key);
  }

  #keeping(key: string): ActiveDestination {
    return found(this.mappings.findKeeping(key), 'enabled destination with a mapping', key);
  }
}

const checkedMapping = ({ mapping }: ActiveDestination) => ({
  ...targetOf(mapping),
  fields: mapping.fields.filter(isWritten).map(({ to }) => to),
});
