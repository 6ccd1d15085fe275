import { Module } from '@nestjs/common';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { Explanation } from './explanation.service.js';
import { RecheckWaker } from './recheck-waker.service.js';
import { SegmentBackfills } from './segment-backfills.repository.js';
import { SegmentDirectory } from './segment-directory.service.js';
import { SegmentMembers } from './segment-members.repository.js';
import { SegmentRechecks } from './segment-rechecks.repository.js';
import { Segments } from './segments.service.js';

@Module({
  imports: [ProfilesModule],
  providers: [Explanation, SegmentMembers, RecheckWaker, SegmentBackfills, SegmentDirectory, SegmentRechecks, Segments],
  exports: [Explanation, SegmentMembers, RecheckWaker, SegmentBackfills, SegmentDirectory, SegmentRechecks, Segments],
})
export class SegmentsModule {}
