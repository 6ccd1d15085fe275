import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { DeliveryProcessor } from '../delivery/delivery.processor.js';
import { EnrichmentModule } from '../enrichment/enrichment.module.js';
import { EnrichmentProcessor } from '../enrichment/enrichment.processor.js';
import { EventsModule } from '../events/events.module.js';
import { RecalculationModule } from '../recalculation/recalculation.module.js';
import { RecalculationProcessor } from '../recalculation/recalculation.processor.js';
import { TriggersModule } from '../triggers/triggers.module.js';
import { TriggersProcessor } from '../triggers/triggers.processor.js';
import { MaintenanceProcessor } from './maintenance.processor.js';
import { MaintenanceSchedule } from './maintenance-schedule.service.js';

/** Everything that runs jobs: part of the roles `worker` and `all`. */
@Module({
  imports: [DeliveryModule, EnrichmentModule, EventsModule, RecalculationModule, TriggersModule],
  providers: [
    DeliveryProcessor,
    EnrichmentProcessor,
    MaintenanceProcessor,
    MaintenanceSchedule,
    RecalculationProcessor,
    TriggersProcessor,
  ],
})
export class WorkerModule {}
