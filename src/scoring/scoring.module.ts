import { Module } from '@nestjs/common';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { SegmentsModule } from '../segments/segments.module.js';
import { ScoreDirectory } from './score-directory.service.js';
import { Scores } from './scores.service.js';

@Module({
  imports: [ProfilesModule, SegmentsModule],
  providers: [ScoreDirectory, Scores],
  exports: [ScoreDirectory, Scores],
})
export class ScoringModule {}
