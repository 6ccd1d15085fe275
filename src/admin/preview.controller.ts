import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Preparation } from '../delivery/preparation.service.js';
import { type Rehearsed, Rehearsal } from '../delivery/rehearsal.service.js';
import type { PrepareReport } from '../destinations/record.js';
import { type ActiveDestination, completed, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { mappingSchema } from '../mapping/mapping.js';
import { mappingProblems } from '../provisioning/configuration-schema.js';
import { Problem } from '../observability/problem.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { asked } from './asked.js';
import { found } from './find.js';

const previewBody = z.strictObject({
  profiles: z.array(z.uuid()).min(1).max(20).describe('Ids of profiles to try it with'),
  mapping: mappingSchema.optional().describe('A mapping that is not saved yet; left out: the present one'),
});
const prepareBody = z.strictObject({
  dryRun: z.boolean().default(true).describe('Only say what would be created'),
});

/** A mapping can be tried before it is trusted. */
@ApiTags('Destinations')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/destinations/:key')
export class PreviewController {
  constructor(
    private readonly mappings: MappingDirectory,
    private readonly rehearsal: Rehearsal,
    private readonly preparation: Preparation,
  ) {}

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'What would be sent for these profiles, what the destination holds instead, and what it would refuse. Writes nothing',
  })
  async preview(
    @Param('key') key: string,
    @Body({ schema: previewBody }) { profiles, mapping }: z.output<typeof previewBody>,
  ): Promise<{ items: readonly Rehearsed[] }> {
    const active = this.#keeping(key);
    const items = await asked(() => this.rehearsal.run(active, this.#checked(active, mapping), profiles));
    return { items };
  }

  @Post('prepare')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What the mapping names and the account lacks; created on request, as far as the mapping allows it',
  })
  prepare(
    @Param('key') key: string,
    @Body({ schema: prepareBody }) { dryRun }: z.output<typeof prepareBody>,
  ): Promise<PrepareReport> {
    const active = this.#keeping(key);
    return asked(() => this.preparation.run(active, dryRun));
  }

  #checked({ provider, mapping: present }: ActiveDestination, mapping: ActiveDestination['mapping'] | undefined) {
    if (mapping === undefined) return present;
    const problems = mappingProblems(provider.id, mapping);
    if (problems.length === 0) return completed(provider, mapping);
    const said = problems.map(({ path, message }) => `/${path.join('/')}: ${message}`).join('; ');
    throw new Problem(400, 'That mapping does not fit', said);
  }

  #keeping(key: string): ActiveDestination {
    return found(this.mappings.findKeeping(key), 'enabled destination with a mapping', key);
  }
}
