import { Module } from '@nestjs/common';
import { MappingModule } from '../mapping/mapping.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { SegmentsModule } from '../segments/segments.module.js';
import { Backfill } from './backfill.service.js';
import { BackfillChanges } from './backfill-changes.service.js';
import { BackfillPages } from './backfill-pages.service.js';
import { MappedSegments } from './mapped-segments.service.js';
import { Outlooks } from './outlooks.service.js';
import { Percentiles } from './percentiles.service.js';
import { RecalculationPlanner } from './recalculation-planner.service.js';
import { Rechecks } from './rechecks.service.js';
import { RfmRefresh } from './rfm-refresh.service.js';
import { ScoreMarks } from './score-marks.service.js';
import { TriggersModule } from '../triggers/triggers.module.js';
import { TriggerRoundRunner } from './trigger-rounds.service.js';

@Module({
  imports: [MappingModule, PipelineModule, ProfilesModule, ScoringModule, SegmentsModule, TriggersModule],
  providers: [
    Backfill,
    BackfillChanges,
    BackfillPages,
    MappedSegments,
    Outlooks,
    Percentiles,
    RecalculationPlanner,
    Rechecks,
    RfmRefresh,
    ScoreMarks,
    TriggerRoundRunner,
  ],
  exports: [Backfill, Percentiles, RecalculationPlanner, Rechecks, RfmRefresh, ScoreMarks, TriggerRoundRunner],
})
export class RecalculationModule {}
