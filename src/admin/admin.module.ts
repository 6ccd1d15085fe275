import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { EnrichmentModule } from '../enrichment/enrichment.module.js';
import { EventsModule } from '../events/events.module.js';
import { MappingModule } from '../mapping/mapping.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { ProvisioningModule } from '../provisioning/provisioning.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { SegmentsModule } from '../segments/segments.module.js';
import { SourcesModule } from '../sources/sources.module.js';
import { ActionsController } from './actions.controller.js';
import { AuthorizationController } from './authorization.controller.js';
import { ConfigurationController } from './configuration.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DestinationCareController } from './destination-care.controller.js';
import { ErasuresController } from './erasures.controller.js';
import { EnrichmentController } from './enrichment.controller.js';
import { DestinationStandingController } from './destination-standing.controller.js';
import { PreviewController } from './preview.controller.js';
import { ProfilesController } from './profiles.controller.js';
import { ScoresController } from './scores.controller.js';
import { SegmentDraftsController } from './segment-drafts.controller.js';
import { SegmentPeopleController } from './segment-people.controller.js';
import { SegmentsController } from './segments.controller.js';
import { TriggerRunsController } from './trigger-runs.controller.js';
import { TriggerInsightController } from './trigger-insight.controller.js';
import { TriggersController } from './triggers.controller.js';
import { TriggersModule } from '../triggers/triggers.module.js';
import { Replay } from './replay.service.js';

@Module({
  imports: [
    DeliveryModule,
    EnrichmentModule,
    ErasureModule,
    EventsModule,
    MappingModule,
    PipelineModule,
    ProfilesModule,
    ProvisioningModule,
    ScoringModule,
    SegmentsModule,
    SourcesModule,
    TriggersModule,
  ],
  controllers: [
    ActionsController,
    AuthorizationController,
    ConfigurationController,
    DeadLettersController,
    DeliveriesController,
    DestinationCareController,
    ErasuresController,
    DestinationStandingController,
    EnrichmentController,
    PreviewController,
    ProfilesController,
    ScoresController,
    SegmentDraftsController,
    SegmentPeopleController,
    SegmentsController,
    TriggerRunsController,
    TriggerInsightController,
    TriggersController,
  ],
  providers: [Replay],
})
export class AdminModule {}
