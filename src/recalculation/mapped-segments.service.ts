import { Injectable } from '@nestjs/common';
import { MappingDirectory } from '../mapping/mapping-directory.service.js';
import { SegmentFollowers } from '../segments/segment-followers.service.js';

/** Segments that a mapping sends to a destination are followed: who enters one has news for that destination. */
@Injectable()
export class MappedSegments {
  constructor(
    private readonly followers: SegmentFollowers,
    private readonly mappings: MappingDirectory,
  ) {}

  onModuleInit(): void {
    this.followers.add((segment) =>
      this.mappings.interested().some(({ interest }) => interest.segments === null || interest.segments.has(segment)),
    );
  }
}
