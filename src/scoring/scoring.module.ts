import { Module } from '@nestjs/common';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { SegmentsModule } from '../segments/segments.module.js';
import { RfmRuns } from './rfm-runs.repository.js';
import { ScoreDirectory } from './score-directory.service.js';
import { ScoreExplanation } from './score-explanation.service.js';
import { Scores } from './scores.service.js';

@Module({
  imports: [ProfilesModule, SegmentsModule],
  providers: [RfmRuns, ScoreDirectory, ScoreExplanation, Scores],
  exports: [RfmRuns, ScoreDirectory, ScoreExplanation, Scores],
})
export class ScoringModule {}
