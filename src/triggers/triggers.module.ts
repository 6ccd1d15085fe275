import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { EventsModule } from '../events/events.module.js';
import { MappingModule } from '../mapping/mapping.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { SegmentsModule } from '../segments/segments.module.js';
import { ContactPolicies } from './contact-policies.service.js';
import { DryRun } from './insight/dry-run.service.js';
import { PastCausesFinder } from './insight/past-causes.service.js';
import { Simulator } from './insight/simulate.service.js';
import { TriggerReports } from './insight/trigger-reports.service.js';
import { OrderGiver } from './running/order-giver.service.js';
import { RunLooker } from './running/run-looker.service.js';
import { TriggerRunner } from './running/runner.service.js';
import { TriggerGate } from './running/trigger-gate.service.js';
import { TriggerDates } from './trigger-dates.repository.js';
import { TriggerDirectory } from './trigger-directory.service.js';
import { TriggerRounds } from './trigger-rounds.repository.js';
import { TriggerWaker } from './trigger-waker.service.js';
import { StillUsed } from './still-used.service.js';
import { Triggers } from './triggers.service.js';

@Module({
  imports: [DeliveryModule, EventsModule, MappingModule, ProfilesModule, ScoringModule, SegmentsModule],
  providers: [
    ContactPolicies,
    DryRun,
    OrderGiver,
    RunLooker,
    PastCausesFinder,
    Simulator,
    TriggerReports,
    TriggerDates,
    TriggerDirectory,
    TriggerGate,
    TriggerRounds,
    TriggerRunner,
    TriggerWaker,
    StillUsed,
    Triggers,
  ],
  exports: [
    ContactPolicies,
    DryRun,
    StillUsed,
    TriggerReports,
    TriggerDates,
    TriggerDirectory,
    TriggerRounds,
    TriggerRunner,
    TriggerWaker,
    Triggers,
  ],
})
export class TriggersModule {}
