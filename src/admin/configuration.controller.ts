import { Body, Controller, Delete, Get, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DataSource } from 'typeorm';
import { DestinationStates } from '../delivery/destination-states.repository.js';
import { SyncMarks } from '../delivery/sync-marks.repository.js';
import { DestinationEntity } from '../mapping/destination.entity.js';
import { mappingSchema } from '../mapping/mapping.js';
import { MappingEntity } from '../mapping/mapping.entity.js';
import { destinationInput, mappingProblems, sourceInput } from '../provisioning/configuration-schema.js';
import { Configuration } from '../provisioning/configuration.service.js';
import { Problem } from '../observability/problem.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { SourceEntity } from '../sources/source.entity.js';
import { found } from './find.js';
import { StillUsed } from '../triggers/still-used.service.js';

const anyBody = z.record(z.string(), z.unknown());

/** Sources, destinations and mappings. What comes from a configuration file can be read here, and changed only there. */
@ApiTags('Configuration')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api')
export class ConfigurationController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly configuration: Configuration,
    private readonly states: DestinationStates,
    private readonly marks: SyncMarks,
    private readonly stillUsed: StillUsed,
  ) {}

  @Get('sources')
  @ApiOperation({ summary: 'All sources; secrets are never shown' })
  async sources(): Promise<object> {
    const rows = await this.dataSource.getRepository(SourceEntity).find({ order: { key: 'ASC' } });
    return { items: rows.map(presentSource) };
  }

  @Put('sources/:key')
  @ApiOperation({ summary: 'Makes or changes a source' })
  async saveSource(
    @Param('key') key: string,
    @Body({ schema: anyBody }) body: z.output<typeof anyBody>,
  ): Promise<object> {
    const input = sourceInput.parse({ ...body, key });
    await this.configuration.change((manager) => this.configuration.saveSource(manager, input, 'api'));
    return presentSource(found(await this.dataSource.getRepository(SourceEntity).findOneBy({ key }), 'source', key));
  }

  @Delete('sources/:key')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a source; its events stay' })
  async deleteSource(@Param('key') key: string): Promise<void> {
    await this.configuration.change((manager) => this.configuration.deleteSource(manager, key));
  }

  @Get('destinations')
  @ApiOperation({
    summary: 'All destinations, with how they are doing and what waits for them; secrets are never shown',
  })
  async destinations(): Promise<object> {
    const [rows, states, waiting] = await Promise.all([
      this.dataSource.getRepository(DestinationEntity).find({ order: { key: 'ASC' } }),
      this.states.all(),
      this.marks.waiting(),
    ]);
    return {
      items: rows.map((row) => {
        const state = states.find(({ destination }) => destination === row.key);
        const queue = waiting.find(({ destination }) => destination === row.key);
        return {
          ...presentDestination(row),
          waiting: queue?.count ?? 0,
          waitingSince: queue?.since ?? null,
          pausedReason: state?.paused_reason ?? null,
          restsUntil: state?.rests_until ?? null,
          restReason: state?.rest_reason ?? null,
          breaker: state?.breaker ?? {},
        };
      }),
    };
  }

  @Put('destinations/:key')
  @ApiOperation({ summary: 'Makes or changes a destination, with its mapping if the body has one' })
  async saveDestination(
    @Param('key') key: string,
    @Body({ schema: anyBody }) body: z.output<typeof anyBody>,
  ): Promise<object> {
    const input = destinationInput.parse({ ...body, key });
    await this.configuration.change((manager) => this.configuration.saveDestination(manager, input, 'api'));
    return presentDestination(
      found(await this.dataSource.getRepository(DestinationEntity).findOneBy({ key }), 'destination', key),
    );
  }

  @Delete('destinations/:key')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Deletes a destination with its mapping and what waits for it; nothing is deleted at the provider',
  })
  async deleteDestination(@Param('key') key: string): Promise<void> {
    await this.configuration.change(async (manager) => {
      await this.stillUsed.refuse(manager, 'destination', key);
      await this.configuration.deleteDestination(manager, key);
    });
  }

  @Get('mappings')
  @ApiOperation({ summary: 'The current mapping of every destination' })
  async mappings(): Promise<object> {
    const rows = await this.dataSource
      .getRepository(MappingEntity)
      .find({ order: { destination: 'ASC', version: 'DESC' } });
    const current = rows.filter((row, index) => rows[index - 1]?.destination !== row.destination);
    return { items: current.map(presentMapping) };
  }

  @Get('destinations/:key/mappings')
  @ApiOperation({ summary: "All versions of a destination's mapping, newest first" })
  async mappingVersions(@Param('key') key: string): Promise<object> {
    const rows = await this.dataSource
      .getRepository(MappingEntity)
      .find({ where: { destination: key }, order: { version: 'DESC' } });
    return { items: rows.map(presentMapping) };
  }

  @Put('destinations/:key/mapping')
  @ApiOperation({
    summary: "Changes a destination's mapping",
    description: 'Becomes its next version; every profile is compared with it, and only real differences are sent.',
  })
  async saveMapping(
    @Param('key') key: string,
    @Body({ schema: mappingSchema }) mapping: z.output<typeof mappingSchema>,
  ): Promise<object> {
    const destination = found(
      await this.dataSource.getRepository(DestinationEntity).findOneBy({ key }),
      'destination',
      key,
    );
    if (destination.provisioned)
      throw new Problem(409, 'Comes from a configuration file', `The mapping of "${key}" can be changed only there.`);
    const problems = mappingProblems(destination.provider, mapping);
    if (problems.length > 0)
      throw new Problem(
        400,
        'That mapping does not fit',
        problems.map(({ path, message }) => `/${path.join('/')}: ${message}`).join('; '),
      );
    const version = await this.configuration.change((manager) =>
      this.configuration.saveMapping(manager, key, mapping, 'api'),
    );
    return { destination: key, version };
  }
}

const presentSource = (source: SourceEntity) => ({
  key: source.key,
  platform: source.platform,
  title: source.title,
  settings: source.settings,
  secrets: source.secret_hashes.length,
  enabled: source.enabled,
  provisioned: source.provisioned,
  createdAt: source.created_at,
  updatedAt: source.updated_at,
});

const presentDestination = (destination: DestinationEntity) => ({
  key: destination.key,
  provider: destination.provider,
  title: destination.title,
  settings: destination.settings,
  enabled: destination.enabled,
  provisioned: destination.provisioned,
  createdAt: destination.created_at,
  updatedAt: destination.updated_at,
});

const presentMapping = (mapping: MappingEntity) => ({
  destination: mapping.destination,
  version: mapping.version,
  definition: mapping.definition,
  provisioned: mapping.provisioned,
  createdAt: mapping.created_at,
});
