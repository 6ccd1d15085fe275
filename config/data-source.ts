import { DataSource, type DataSourceOptions } from 'typeorm';
import { ConsentChangeEntity } from '../src/consent/consent-change.entity.js';
import { ConfigurationEntity } from '../src/database/configuration.entity.js';
import { CreateParley1764000000000 } from '../src/database/migrations/1764000000000-create-parley.js';
import { ProviderDepth1764100000000 } from '../src/database/migrations/1764100000000-provider-depth.js';
import { SourceInspector1764200000000 } from '../src/database/migrations/1764200000000-source-inspector.js';
import { Segments1764400000000 } from '../src/database/migrations/1764400000000-segments.js';
import { SegmentHistory1764450000000 } from '../src/database/migrations/1764450000000-segment-history.js';
import { Triggers1764500000000 } from '../src/database/migrations/1764500000000-triggers.js';
import { SharedLimitsAndPulls1764300000000 } from '../src/database/migrations/1764300000000-shared-limits-and-pulls.js';
import { ActionRunEntity } from '../src/delivery/action-run.entity.js';
import { AuthorizationRequestEntity } from '../src/delivery/authorization-request.entity.js';
import { CallPermitsEntity } from '../src/delivery/call-permits.entity.js';
import { DeadLetterEntity } from '../src/delivery/dead-letter.entity.js';
import { DeliveryEntity } from '../src/delivery/delivery.entity.js';
import { DeliveryRecordEntity } from '../src/delivery/delivery-record.entity.js';
import { DestinationGrantEntity } from '../src/delivery/destination-grant.entity.js';
import { DestinationMemoryEntity } from '../src/delivery/destination-memory.entity.js';
import { DestinationStateEntity } from '../src/delivery/destination-state.entity.js';
import { ErasureEntity } from '../src/delivery/erasure.entity.js';
import { RemoteRecordEntity } from '../src/delivery/remote-record.entity.js';
import { SyncMarkEntity } from '../src/delivery/sync-mark.entity.js';
import { PullEntity } from '../src/enrichment/pull.entity.js';
import { EventEntity } from '../src/events/event.entity.js';
import { EventKeyEntity } from '../src/events/event-key.entity.js';
import { DestinationEntity } from '../src/mapping/destination.entity.js';
import { MappingEntity } from '../src/mapping/mapping.entity.js';
import { ContentTemplateEntity } from '../src/personalization/content-template.entity.js';
import { AttributeDefinitionEntity } from '../src/profiles/attribute-definition.entity.js';
import { IdentityEntity } from '../src/profiles/identity.entity.js';
import { ProfileEntity } from '../src/profiles/profile.entity.js';
import { RfmChangeEntity } from '../src/scoring/rfm-change.entity.js';
import { RfmRunEntity } from '../src/scoring/rfm-run.entity.js';
import { ScoreEntity } from '../src/scoring/score.entity.js';
import { ScoreStateEntity } from '../src/scoring/score-state.entity.js';
import { ApiKeyEntity } from '../src/security/api-key.entity.js';
import { SegmentEntity } from '../src/segments/segment.entity.js';
import { SegmentBackfillEntity } from '../src/segments/segment-backfill.entity.js';
import { SegmentMembershipEntity } from '../src/segments/segment-membership.entity.js';
import { SegmentPercentileEntity } from '../src/segments/segment-percentile.entity.js';
import { SegmentRecheckEntity } from '../src/segments/segment-recheck.entity.js';
import { SourceEntity } from '../src/sources/source.entity.js';
import { SourceEventNameEntity } from '../src/sources/source-event-name.entity.js';
import { SourceRequestEntity } from '../src/sources/source-request.entity.js';
import { ContactPolicyEntity } from '../src/triggers/contact-policy.entity.js';
import { TouchEntity } from '../src/triggers/touch.entity.js';
import { TriggerDateEntity } from '../src/triggers/trigger-date.entity.js';
import { TriggerEntity } from '../src/triggers/trigger.entity.js';
import { TriggerRoundEntity } from '../src/triggers/trigger-round.entity.js';
import { TriggerRunEntity } from '../src/triggers/trigger-run.entity.js';
import { TriggerStepEntity } from '../src/triggers/trigger-step.entity.js';
import { TriggerVersionEntity } from '../src/triggers/trigger-version.entity.js';

export const entities = [
  ActionRunEntity,
  ApiKeyEntity,
  AttributeDefinitionEntity,
  AuthorizationRequestEntity,
  CallPermitsEntity,
  ConfigurationEntity,
  ConsentChangeEntity,
  ContactPolicyEntity,
  ContentTemplateEntity,
  DeadLetterEntity,
  DeliveryEntity,
  DeliveryRecordEntity,
  DestinationEntity,
  DestinationGrantEntity,
  DestinationMemoryEntity,
  DestinationStateEntity,
  ErasureEntity,
  EventEntity,
  EventKeyEntity,
  IdentityEntity,
  MappingEntity,
  ProfileEntity,
  PullEntity,
  RemoteRecordEntity,
  RfmChangeEntity,
  RfmRunEntity,
  ScoreEntity,
  ScoreStateEntity,
  SegmentBackfillEntity,
  SegmentEntity,
  SegmentMembershipEntity,
  SegmentPercentileEntity,
  SegmentRecheckEntity,
  SourceEntity,
  SourceEventNameEntity,
  SourceRequestEntity,
  SyncMarkEntity,
  TouchEntity,
  TriggerDateEntity,
  TriggerEntity,
  TriggerRoundEntity,
  TriggerRunEntity,
  TriggerStepEntity,
  TriggerVersionEntity,
];

/** In order; each is applied once, inside one transaction. */
export const migrations = [
  CreateParley1764000000000,
  ProviderDepth1764100000000,
  SourceInspector1764200000000,
  SharedLimitsAndPulls1764300000000,
  Segments1764400000000,
  SegmentHistory1764450000000,
  Triggers1764500000000,
];

export const dataSourceOptions = (url: string, poolSize: number): DataSourceOptions => ({
  type: 'postgres',
  url,
  entities,
  migrations,
  migrationsTransactionMode: 'all',
  synchronize: false,
  poolSize,
  applicationName: 'parley',
  extra: { keepAlive: true },
});

export const createDataSource = (url: string, poolSize = 4): DataSource =>
  new DataSource(dataSourceOptions(url, poolSize));
