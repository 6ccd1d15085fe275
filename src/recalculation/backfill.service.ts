import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import type { SegmentBackfillEntity } from '../segments/segment-backfill.entity.js';
import { SegmentBackfills } from '../segments/segment-backfills.repository.js';
import { SegmentDirectory } from '../segments/segment-directory.service.js';
import { BackfillPages, type BackfillPage } from './backfill-pages.service.js';

const first = '00000000-0000-0000-0000-000000000000';
/** Profiles that are sent through the pipeline together; traffic joins their batches in between. */
const atOnce = 500;

/**
 * Brings a new or changed rule to everybody: finds, page by page, whose membership is another one by the rule as it is now, and sends only
 * those through the pipeline. What arrives meanwhile is decided by the new rule already, so both come to the same.
 */
@Injectable()
export class Backfill {
  readonly #log = new Logger(Backfill.name);
  #stopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly backfills: SegmentBackfills,
    private readonly directory: SegmentDirectory,
    private readonly pages: BackfillPages,
    private readonly pipeline: Pipeline,
    @Inject(NOW) private readonly now: Now,
  ) {}

  onModuleDestroy(): void {
    this.#stopping = true;
  }

  /** Goes on where it stopped, until everybody was looked at, somebody stops it, or this process ends. */
  async run(segment: string): Promise<void> {
    const worker = uuidv7();
    let held = await this.backfills.hold(segment, worker, this.now());
    if (held === null) return;
    let error: string | null = null;
    try {
      if (held.total === null) await this.backfills.expect(segment, worker, await this.#expected());
      while (held !== null && !this.#stopping) {
        if (!(await this.#page(held, worker))) {
          await this.backfills.finish(segment, worker, this.now());
          return;
        }
        held = await this.backfills.hold(segment, worker, this.now());
      }
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
      this.#log.error({ err: cause, segment }, 'a backfill was interrupted and goes on with the next sweep');
    }
    await this.backfills.letGo(segment, worker, error);
  }

  /** @returns false when there was nobody left */
  async #page({ segment, version, cursor }: SegmentBackfillEntity, worker: string): Promise<boolean> {
    const { segments, places } = this.directory.current;
    const active = segments[places.get(segment) ?? -1];
    if (active !== undefined && active.version !== version) return true; // this process has not read the new rule yet
    const page = await this.pages.after(cursor ?? first, segment, active ?? null, this.now());
    if (page === null) return false;
    await this.#apply(segment, version, page);
    const { last, seen, entering, leaving } = page;
    await this.backfills.progress(segment, worker, {
      cursor: last,
      done: seen,
      entered: entering.length,
      left: leaving.length,
    });
    return true;
  }

  async #apply(segment: string, version: number, { entering, leaving }: BackfillPage): Promise<void> {
    const ids = [...entering, ...leaving];
    for (let from = 0; from < ids.length; from += atOnce)
      await Promise.all(
        ids
          .slice(from, from + atOnce)
          .map((profileId) =>
            this.pipeline.submit({ source: 'clock', raw: '', incoming: backfillEvent(segment, version, profileId) }),
          ),
      );
  }

  /** Roughly: progress is for people. */
  async #expected(): Promise<number> {
    const rows = await this.dataSource.query<{ count: number }[]>(
      `SELECT GREATEST(reltuples, 0)::float8 AS count FROM pg_class WHERE oid = 'profiles'::regclass`,
    );
    return Math.round(rows[0]?.count ?? 0);
  }
}

const backfillEvent = (segment: string, version: number, profileId: string): IncomingEvent => ({
  kind: 'clock',
  name: 'backfill',
  occurredAt: null,
  // Asked again after a crash it is done again: that changes nothing.
  dedupe: { key: `backfill/${segment}/${String(version)}/${profileId}/${uuidv7()}`, windowMs: 1_000 },
  profileId,
  channel: null,
  identities: [],
  attributes: [],
  tagsAdded: [],
  tagsRemoved: [],
  consents: [],
  text: null,
  properties: { segment },
  notes: [],
});
