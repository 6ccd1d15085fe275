import { Module } from '@nestjs/common';
import { MappingModule } from '../mapping/mapping.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { ActionGates } from './action-gates.service.js';
import { ActionRunList } from './action-run-list.repository.js';
import { ActionRuns } from './action-runs.repository.js';
import { Actions } from './actions.service.js';
import { Authorizations } from './authorizations.service.js';
import { ConnectionMemories } from './connection-memory.service.js';
import { Connections } from './connections.service.js';
import { DeadLetters } from './dead-letters.service.js';
import { Delivery } from './delivery.service.js';
import { DeliveryLedger } from './delivery-ledger.service.js';
import { DeliveryLog } from './delivery-log.repository.js';
import { DeliveryWaker } from './delivery-waker.service.js';
import { DestinationStates } from './destination-states.repository.js';
import { Grants } from './grants.service.js';
import { Erasing } from './erasing.service.js';
import { Erasures } from './erasures.repository.js';
import { Loads } from './loads.service.js';
import { Preparation } from './preparation.service.js';
import { Rehearsal } from './rehearsal.service.js';
import { RemoteRecords } from './remote-records.repository.js';
import { Resync } from './resync.service.js';
import { SharedPermits } from './shared-permits.service.js';
import { SyncMarks } from './sync-marks.repository.js';
import { UsageReports } from './usage.service.js';

@Module({
  imports: [MappingModule, ProfilesModule],
  providers: [
    ActionGates,
    ActionRunList,
    ActionRuns,
    Actions,
    Erasing,
    Erasures,
    Preparation,
    Rehearsal,
    Authorizations,
    ConnectionMemories,
    Connections,
    DeadLetters,
    Delivery,
    DeliveryLedger,
    DeliveryLog,
    DeliveryWaker,
    DestinationStates,
    Grants,
    Loads,
    RemoteRecords,
    Resync,
    SharedPermits,
    SyncMarks,
    UsageReports,
  ],
  exports: [
    Erasures,
    ActionGates,
    ActionRunList,
    ActionRuns,
    Preparation,
    Rehearsal,
    Authorizations,
    ConnectionMemories,
    Connections,
    DeadLetters,
    Delivery,
    DeliveryLog,
    DeliveryWaker,
    DestinationStates,
    Grants,
    RemoteRecords,
    Resync,
    SharedPermits,
    SyncMarks,
  ],
})
export class DeliveryModule {}
