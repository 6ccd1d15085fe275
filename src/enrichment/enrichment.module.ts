import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { MappingModule } from '../mapping/mapping.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { FactIntake } from './fact-intake.service.js';
import { Followers } from './followers.service.js';
import { People } from './people.repository.js';
import { PullStates } from './pulls.repository.js';
import { Pulls } from './pulls.service.js';

@Module({
  imports: [DeliveryModule, ErasureModule, MappingModule, PipelineModule],
  providers: [FactIntake, Followers, People, Pulls, PullStates],
  exports: [FactIntake, Followers, Pulls, PullStates],
})
export class EnrichmentModule {}
