import { Injectable } from '@nestjs/common';

/**
 * Who does something when somebody enters or leaves a segment. Entries that a backfill finds take the pipeline where somebody follows the
 * segment; where nobody does, PostgreSQL writes them by the thousand.
 */
@Injectable()
export class SegmentFollowers {
  readonly #follow: ((segment: string) => boolean)[] = [];

  /** @param follows whether entries into this segment, found by a backfill, lead to anything; asked before each page of it */
  add(follows: (segment: string) => boolean): void {
    this.#follow.push(follows);
  }

  follows(segment: string): boolean {
    return this.#follow.some((follow) => follow(segment));
  }
}
