import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { PersonalizationModule } from '../personalization/personalization.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { SegmentsModule } from '../segments/segments.module.js';
import { TriggersModule } from '../triggers/triggers.module.js';
import { Configuration } from './configuration.service.js';
import { Provisioner } from './provisioner.service.js';

@Module({
  imports: [DeliveryModule, PersonalizationModule, ProfilesModule, ScoringModule, SegmentsModule, TriggersModule],
  providers: [Configuration, Provisioner],
  exports: [Configuration, Provisioner],
})
export class ProvisioningModule {}
