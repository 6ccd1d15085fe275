import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import type { Stage } from '../events/batch.js';
import { MappingModule } from '../mapping/mapping.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { SegmentsModule } from '../segments/segments.module.js';
import { TriggersModule } from '../triggers/triggers.module.js';
import { Pipeline, STAGES } from './pipeline.service.js';
import { stages } from './stages.js';

@Module({
  imports: [ProfilesModule, MappingModule, DeliveryModule, ScoringModule, SegmentsModule, TriggersModule],
  providers: [
    ...stages,
    { provide: STAGES, inject: [...stages], useFactory: (...instances: Stage[]) => instances },
    Pipeline,
  ],
  exports: [Pipeline],
})
export class PipelineModule {}
