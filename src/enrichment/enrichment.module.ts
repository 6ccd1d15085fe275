import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { MappingModule } from '../mapping/mapping.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { FactIntake } from './fact-intake.service.js';
import { People } from './people.repository.js';

@Module({
  imports: [DeliveryModule, ErasureModule, MappingModule, PipelineModule],
  providers: [FactIntake, People],
  exports: [FactIntake],
})
export class EnrichmentModule {}
