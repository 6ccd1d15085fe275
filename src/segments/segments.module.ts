import { Module } from '@nestjs/common';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { BackfillWaker } from './backfill-waker.service.js';
import { Explanation } from './explanation.service.js';
import { RecheckWaker } from './recheck-waker.service.js';
import { RuleCaptions } from './rule-captions.service.js';
import { SegmentBackfills } from './segment-backfills.repository.js';
import { SegmentBulk } from './segment-bulk.repository.js';
import { SegmentDirectory } from './segment-directory.service.js';
import { SegmentFollowers } from './segment-followers.service.js';
import { SegmentMembers } from './segment-members.repository.js';
import { SegmentRechecks } from './segment-rechecks.repository.js';
import { Thresholds } from './thresholds.service.js';
import { Segments } from './segments.service.js';

/** What others may use. */
const services = [
  Explanation, RecheckWaker, RuleCaptions, SegmentBackfills, SegmentBulk, SegmentDirectory, SegmentFollowers, SegmentMembers,
  SegmentRechecks, Segments, Thresholds,
]; // prettier-ignore

@Module({ imports: [ProfilesModule], providers: [...services, BackfillWaker], exports: services })
export class SegmentsModule {}
