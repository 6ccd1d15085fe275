import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { EventsModule } from '../events/events.module.js';
import { MappingModule } from '../mapping/mapping.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { SegmentsModule } from '../segments/segments.module.js';
import { ContactPolicies } from './contact-policies.service.js';
import { OrderGiver } from './running/order-giver.service.js';
import { TriggerRunner } from './running/runner.service.js';
import { TriggerGate } from './running/trigger-gate.service.js';
import { TriggerDates } from './trigger-dates.repository.js';
import { TriggerDirectory } from './trigger-directory.service.js';
import { TriggerRounds } from './trigger-rounds.repository.js';
import { TriggerWaker } from './trigger-waker.service.js';
import { Triggers } from './triggers.service.js';

@Module({
  imports: [DeliveryModule, EventsModule, MappingModule, ProfilesModule, ScoringModule, SegmentsModule],
  providers: [
    ContactPolicies,
    OrderGiver,
    TriggerDates,
    TriggerDirectory,
    TriggerGate,
    TriggerRounds,
    TriggerRunner,
    TriggerWaker,
    Triggers,
  ],
  exports: [ContactPolicies, TriggerDates, TriggerDirectory, TriggerRounds, TriggerRunner, TriggerWaker, Triggers],
})
export class TriggersModule {}
