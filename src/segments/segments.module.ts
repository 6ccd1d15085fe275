import { Module } from '@nestjs/common';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { RecheckWaker } from './recheck-waker.service.js';
import { SegmentBackfills } from './segment-backfills.repository.js';
import { SegmentDirectory } from './segment-directory.service.js';
import { SegmentMembers } from './segment-members.repository.js';
import { SegmentRechecks } from './segment-rechecks.repository.js';
import { Segments } from './segments.service.js';

@Module({
  imports: [ProfilesModule],
  providers: [SegmentMembers, RecheckWaker, SegmentBackfills, SegmentDirectory, SegmentRechecks, Segments],
  exports: [SegmentMembers, RecheckWaker, SegmentBackfills, SegmentDirectory, SegmentRechecks, Segments],
})
export class SegmentsModule {}
