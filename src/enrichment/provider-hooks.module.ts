import { Module } from '@nestjs/common';
import { MappingModule } from '../mapping/mapping.module.js';
import { EnrichmentModule } from './enrichment.module.js';
import { ProviderCalls } from './provider-calls.service.js';
import { ProviderHookController } from './provider-hook.controller.js';

/** Where CRMs call: part of the roles `api` and `all`. */
@Module({
  imports: [EnrichmentModule, MappingModule],
  controllers: [ProviderHookController],
  providers: [ProviderCalls],
})
export class ProviderHooksModule {}
