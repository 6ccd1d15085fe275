import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import type { BackfillProgress } from '../segments/segment-backfills.repository.js';
import { SegmentBulk } from '../segments/segment-bulk.repository.js';
import { type ActiveSegment, SegmentDirectory } from '../segments/segment-directory.service.js';
import { SegmentFollowers } from '../segments/segment-followers.service.js';
import type { SqlParameters } from '../segments/sql-parameters.js';
import { toSql } from '../segments/to-sql.js';
import type { BackfillPage, IdRange, PageChanges } from './backfill-pages.service.js';
import { isForLater } from './for-later.js';

/** Profiles that are sent through the pipeline together; traffic joins their batches in between. */
const atOnce = 500;

/** Brings what a page has found into the profiles. */
@Injectable()
export class BackfillChanges {
  constructor(
    private readonly directory: SegmentDirectory,
    private readonly followers: SegmentFollowers,
    private readonly bulk: SegmentBulk,
    private readonly pipeline: Pipeline,
  ) {}

  /**
   * In bulk where only one segment was walked for and nothing follows from being in it; otherwise each profile takes the pipeline, with all its
   * changes in one event. Either way the rule is asked once more while the profile is locked.
   *
   * @param active those that were walked for; none: the one of the page is gone
   * @throws PipelineUnavailableError, OverloadedError: to be tried again later
   */
  async apply({ changes }: BackfillPage, active: readonly ActiveSegment[], now: Date): Promise<BackfillProgress[]> {
    const [only] = changes;
    if (changes.length === 1 && only !== undefined && !this.hasFollowers(only.segment))
      return [await this.#inBulk(only, active[0] ?? null, now)];
    await this.#throughPipeline(changes);
    return changes.map(({ segment, entering, leaving }) => ({
      segment,
      entered: entering.length,
      left: leaving.length,
    }));
  }

  /** Finds and writes at once; only for a rule that PostgreSQL alone can decide, and a segment that nobody follows. */
  async sweep(active: ActiveSegment, { after, upTo }: IdRange, now: Date): Promise<BackfillProgress> {
    const { key: segment, version } = active;
    const condition = this.#conditionOf(active, now);
    return { segment, ...(await this.bulk.sweep({ segment, version, after, upTo, condition }, now)) };
  }

  /** Does anything follow from being in it? */
  hasFollowers(segment: string): boolean {
    return this.directory.isAskedFor(segment) || this.followers.follows(segment);
  }

  #conditionOf(active: ActiveSegment | null, now: Date): (parameters: SqlParameters) => string {
    return (parameters) =>
      active === null
        ? 'false'
        : `(${toSql(active.rule, this.directory.sqlEnvironment(active.key), now.getTime(), parameters)})`;
  }

  async #inBulk(changes: PageChanges, active: ActiveSegment | null, now: Date): Promise<BackfillProgress> {
    const condition = this.#conditionOf(active, now);
    const looksAtEvents = (active?.inputs.eventQueries.length ?? 0) > 0;
    const outcome = await this.bulk.apply({ ...changes, version: active?.version ?? 0, condition, looksAtEvents }, now);
    return { segment: changes.segment, ...outcome };
  }

  async #throughPipeline(changes: readonly PageChanges[]): Promise<void> {
    const segmentsOf = new Map<string, string[]>();
    for (const { segment, entering, leaving } of changes)
      for (const profileId of [...entering, ...leaving]) {
        const segments = segmentsOf.get(profileId);
        if (segments === undefined) segmentsOf.set(profileId, [segment]);
        else segments.push(segment);
      }
    const incoming = Array.from(segmentsOf, ([profileId, segments]) => backfillEvent(profileId, segments));
    for (let from = 0; from < incoming.length; from += atOnce) await this.#submit(incoming.slice(from, from + atOnce));
  }

  /** Who was merged or erased meanwhile is nobody's any more, and an event that failed is a dead letter: neither stops the others. */
  async #submit(incoming: readonly IncomingEvent[]): Promise<void> {
    const results = await Promise.allSettled(
      incoming.map((each) => this.pipeline.submit({ source: 'clock', raw: '', incoming: each })),
    );
    for (const result of results) if (result.status === 'rejected' && isForLater(result.reason)) throw result.reason;
  }
}

const backfillEvent = (profileId: string, segments: readonly string[]): IncomingEvent => ({
  kind: 'clock',
  name: 'backfill',
  occurredAt: null,
  // Asked again after a crash it is done again: that changes nothing.
  dedupe: { key: `backfill/${profileId}/${uuidv7()}`, windowMs: 1_000 },
  profileId,
  channel: null,
  identities: [],
  attributes: [],
  tagsAdded: [],
  tagsRemoved: [],
  consents: [],
  text: null,
  properties: { segments: segments.join(' ') },
  notes: [],
});
