import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import type { SegmentBackfillEntity } from '../segments/segment-backfill.entity.js';
import {
  type BackfillProgress,
  type DueBackfill,
  leaseMs,
  SegmentBackfills,
} from '../segments/segment-backfills.repository.js';
import { type ActiveSegment, SegmentDirectory } from '../segments/segment-directory.service.js';
import { BackfillChanges } from './backfill-changes.service.js';
import { BackfillPages, type IdRange, lastOfAll, type PageAfter } from './backfill-pages.service.js';

const first = '00000000-0000-0000-0000-000000000000';
/** Up to so many rules PostgreSQL is faster with one after the other than we are with all at once. */
const fewSegments = 3;
/** Profiles of one statement that finds and writes at once: were all of them to enter, it would lock them for half a second. */
const sweptAtOnce = 20_000;
/** Such statements at the same time: while how far one has come is noted, others go on. */
const lanes = 3;
/** After an error: what was in the way may be gone by then. */
const afterErrorMs = 15_000;
const afterNewsMs = 1_000;

/**
 * Brings new and changed rules to everybody: finds, page by page, whose membership is another one by the rule as it is now. What arrives
 * meanwhile is decided by the new rule already, so both come to the same.
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
    private readonly changes: BackfillChanges,
    @Inject(NOW) private readonly now: Now,
  ) {}

  onModuleDestroy(): void {
    this.#stopping = true;
  }

  /** Everything that is due, each from where it stopped; ends when nothing is, or this process ends. */
  async run(): Promise<void> {
    while (!this.#stopping) {
      const due = oneWalk(await this.backfills.due(this.now()));
      if (due.length === 0) return;
      const worker = uuidv7();
      const taken = await this.backfills.take(
        worker,
        due.map(({ segment }) => segment),
        this.now(),
      );
      if (taken.length === 0) return; // another process was faster, and does the rest as well
      await this.#bring(
        taken,
        due.every(({ isGone }) => isGone),
        worker,
      );
    }
  }

  async #bring(taken: readonly SegmentBackfillEntity[], isGone: boolean, worker: string): Promise<void> {
    const now = this.now().getTime();
    // A page may take longer than a worker may be silent.
    const beat = setInterval(() => void this.#keep(worker), leaseMs / 3);
    try {
      const active = isGone ? this.#goneOf(taken) : this.#activeOf(taken);
      const isDone = active !== null && (await this.#walk(taken, active, worker));
      // Not done: somebody stopped it, this process ends, or it has not read what is new yet.
      if (!isDone) await this.backfills.letGo(worker, new Date(now + afterNewsMs), null);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const segments = taken.map(({ segment }) => segment);
      this.#log.error({ err: error, segments }, 'a backfill was interrupted and goes on where it stopped');
      await this.backfills.letGo(worker, new Date(now + afterErrorMs), message);
    } finally {
      clearInterval(beat);
    }
  }

  async #keep(worker: string): Promise<void> {
    try {
      await this.backfills.keep(worker, this.now());
    } catch (error) {
      this.#log.warn({ err: error }, 'a sign of life was lost; another process may take the backfill over');
    }
  }

  /** null: this process still knows one of them. */
  #goneOf(taken: readonly SegmentBackfillEntity[]): [] | null {
    return taken.some(({ segment }) => this.directory.current.places.has(segment)) ? null : [];
  }

  /** As this process knows them; null: it does not know one of them, or knows an older version. */
  #activeOf(taken: readonly SegmentBackfillEntity[]): ActiveSegment[] | null {
    const { segments, places } = this.directory.current;
    const active: ActiveSegment[] = [];
    for (const { segment, version } of taken) {
      const found = segments[places.get(segment) ?? -1];
      if (found?.version !== version) return null;
      active.push(found);
    }
    return active;
  }

  /**
   * @param active of all that were taken; none: the one that was taken is gone
   * @returns whether everybody was looked at
   */
  async #walk(
    taken: readonly SegmentBackfillEntity[],
    active: readonly ActiveSegment[],
    worker: string,
  ): Promise<boolean> {
    const [{ segment, cursor } = { segment: '', cursor: null }] = taken;
    const [plain] = active.length === 1 ? active.filter(isDecidedByProfile) : [];
    await this.backfills.expect(worker, await (active.length === 0 ? this.#members(segment) : this.#everybody()));
    let reached: string | null = cursor ?? first;
    if (plain !== undefined) reached = await this.#sweep(plain, reached, taken, worker);
    if (reached !== null && reached !== lastOfAll) {
      const pageAfter =
        active.length === 0 ? this.pages.overMembers(segment) : await this.pages.over(active, reached, this.now);
      reached = await this.#pages(pageAfter, reached, active, taken, worker);
    }
    if (reached === null) return false;
    await this.backfills.finish(worker, this.now());
    return true;
  }

  /** What PostgreSQL can decide and write by itself. @returns how far it came, since somebody follows it by now; null: it was stopped */
  async #sweep(
    active: ActiveSegment,
    from: string,
    taken: readonly SegmentBackfillEntity[],
    worker: string,
  ): Promise<string | null> {
    const waiting = await this.pages.ranges(from, sweptAtOnce);
    const running: { readonly range: IdRange; readonly found: Promise<BackfillProgress> }[] = [];
    for (let reached = from; ;) {
      while (running.length < lanes && waiting.length > 0 && !this.changes.hasFollowers(active.key)) {
        const [range] = waiting.splice(0, 1);
        if (range === undefined) break;
        const found = this.changes.sweep(active, range, this.now());
        found.catch(() => undefined); // awaited below, in the order of the ranges
        running.push({ range, found });
      }
      const oldest = running.shift();
      if (oldest === undefined) return reached;
      reached = oldest.range.upTo;
      const seen = oldest.range.profiles;
      if (!(await this.#goesOn(taken, worker, { cursor: reached, seen }, [await oldest.found]))) return null;
    }
  }

  /** The next page is looked for while what the last one found is written. @returns null: it was stopped */
  async #pages(
    pageAfter: PageAfter,
    from: string,
    active: readonly ActiveSegment[],
    taken: readonly SegmentBackfillEntity[],
    worker: string,
  ): Promise<string | null> {
    let reached = from;
    for (let page = await pageAfter(from); page !== null;) {
      const { last, seen } = page;
      const next = pageAfter(last);
      next.catch(() => undefined); // awaited below, if nothing goes wrong before
      const found = await this.changes.apply(page, active, this.now());
      if (!(await this.#goesOn(taken, worker, { cursor: last, seen }, found))) return null;
      reached = last;
      page = await next;
    }
    return reached;
  }

  /** Notes how far it has come. Not on: this process ends, or somebody has stopped or changed what it is at. */
  async #goesOn(
    taken: readonly SegmentBackfillEntity[],
    worker: string,
    reached: { readonly cursor: string; readonly seen: number },
    found: readonly BackfillProgress[],
  ): Promise<boolean> {
    const kept = await this.backfills.progress(worker, reached, found, this.now());
    return !this.#stopping && taken.every(({ segment }) => kept.has(segment));
  }

  async #members(segment: string): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      'SELECT count(*)::int AS count FROM segment_memberships WHERE segment = $1 AND left_at IS NULL',
      [segment],
    );
    return row?.count ?? 0;
  }

  /** Of very many only roughly: progress is for people. */
  async #everybody(): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `SELECT CASE WHEN reltuples > 100000 THEN reltuples::int ELSE (SELECT count(*)::int FROM profiles WHERE merged_into IS NULL) END AS count
       FROM pg_class WHERE oid = 'profiles'::regclass`,
    );
    return row?.count ?? 0;
  }
}

const isDecidedByProfile = ({ inputs }: ActiveSegment): boolean => !inputs.timed && inputs.eventQueries.length === 0;

/** Of what is due, those that one walk can serve: brought equally far. Few ones go one by one, and one that is gone goes alone. */
function oneWalk(due: readonly DueBackfill[]): DueBackfill[] {
  const [head] = due;
  if (head === undefined || head.isGone) return due.slice(0, 1);
  const together = due.filter(({ cursor, isGone }) => cursor === head.cursor && !isGone);
  return together.length > fewSegments ? together : [head];
}
