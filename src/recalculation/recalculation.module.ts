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

@Module({
  imports: [MappingModule, PipelineModule, ProfilesModule, ScoringModule, SegmentsModule],
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
  ],
  exports: [Backfill, Percentiles, RecalculationPlanner, Rechecks, RfmRefresh, ScoreMarks],
})
export class RecalculationModule {}
