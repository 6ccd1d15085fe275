import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import type { SegmentBackfillEntity } from '../segments/segment-backfill.entity.js';
import { type DueBackfill, leaseMs, SegmentBackfills } from '../segments/segment-backfills.repository.js';
import { type ActiveSegment, SegmentDirectory } from '../segments/segment-directory.service.js';
import { BackfillChanges } from './backfill-changes.service.js';
import { BackfillPages } from './backfill-pages.service.js';
import { walkEverybody, walkMembers, type WalkTools } from './backfill-walk.js';

const first = '00000000-0000-0000-0000-000000000000';
/** Up to so many rules PostgreSQL is faster with one after the other than we are with all at once. */
const fewSegments = 3;
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
    const isGone = active.length === 0;
    const tools: WalkTools = {
      pages: this.pages,
      changes: this.changes,
      now: this.now,
      note: async (reached, found) => {
        const kept = await this.backfills.progress(worker, reached, found, this.now());
        return !this.#stopping && taken.every((each) => kept.has(each.segment));
      },
    };
    const expected = this.#expect(worker, isGone ? segment : null);
    const from = cursor ?? first;
    const isDone = await (isGone ? walkMembers(segment, from, tools) : walkEverybody(active, from, tools));
    await expected;
    if (isDone) await this.backfills.finish(worker, this.now());
    return isDone;
  }

  /** How many there will be to look at; progress is for people, so nobody waits for it. @param gone the segment whose members leave */
  async #expect(worker: string, gone: string | null): Promise<void> {
    try {
      await this.backfills.expect(worker, await (gone === null ? this.#everybody() : this.#members(gone)));
    } catch (error) {
      this.#log.warn({ err: error }, 'how many profiles a backfill has to look at could not be found out');
    }
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

/** Of what is due, those that one walk can serve: brought equally far. Few ones go one by one, and one that is gone goes alone. */
function oneWalk(due: readonly DueBackfill[]): DueBackfill[] {
  const [head] = due;
  if (head === undefined || head.isGone) return due.slice(0, 1);
  const together = due.filter(({ cursor, isGone }) => cursor === head.cursor && !isGone);
  return together.length > fewSegments ? together : [head];
}
