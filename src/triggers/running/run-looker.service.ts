import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ActionRuns, type PlannedRun, type Write, writeBy } from '../../delivery/action-runs.repository.js';
import { Metrics } from '../../observability/metrics.service.js';
import { Profiles } from '../../profiles/profiles.repository.js';
import { watchesAt } from '../active-trigger.js';
import { advance } from '../journey/advance.js';
import type { Advance } from '../journey/run-facts.js';
import type { Touch } from '../policy/allowance.js';
import { TriggerDirectory } from '../trigger-directory.service.js';
import { type ClaimedRun, type DueRun, lockDue } from './claimed-runs.js';
import { factsOf, gatherEvents, type Gathered, type RunCase, type Surroundings } from './gather-facts.js';
import { OrderGiver } from './order-giver.service.js';
import { saveAdvances, type SavedRun } from './save-runs.js';
import { queryBy } from './sql-query.js';
import { insertTouches, type NewTouch, readTouches } from './touches.js';

/** This process has not read the version yet that another one has saved. */
const unreadMs = 1_000;

/** A run that is looked at, with its trigger's version and its person. */
type ClaimedCase = RunCase & { readonly run: ClaimedRun };

/** What a look at some runs came to. */
export interface Looked {
  readonly saved: readonly SavedRun[];
  /** Where there is something to do now. */
  readonly destinations: ReadonlySet<string>;
}

/** Takes some runs as far as they can get, and writes all that follows from it, inside one transaction. */
@Injectable()
export class RunLooker {
  readonly #log = new Logger(RunLooker.name);

  constructor(
    private readonly directory: TriggerDirectory,
    private readonly profiles: Profiles,
    private readonly orders: OrderGiver,
    private readonly actionRuns: ActionRuns,
    private readonly metrics: Metrics,
  ) {}

  /** Those of these runs that nobody else is at. */
  async look(manager: EntityManager, due: readonly DueRun[], now: Date): Promise<Looked> {
    const destinations = new Set<string>();
    const saved = await this.#look(manager, await this.#claim(manager, due, now), now, destinations);
    return { saved, destinations };
  }

  /** The people first, then their runs: the order in which the pipeline locks. */
  async #claim(manager: EntityManager, due: readonly DueRun[], now: Date): Promise<ClaimedCase[]> {
    const people = await this.profiles.lockIdle(manager, [...new Set(due.map(({ profileId }) => profileId))]);
    if (people.size === 0) return [];
    const ids = due.map(({ id }) => id);
    const runs = await lockDue(queryBy(manager), ids, [...people.keys()], now);
    const unread: string[] = [];
    const cases = runs.flatMap((run): ClaimedCase[] => {
      this.metrics.triggerLate((now.getTime() - run.dueAt.getTime()) / 1_000);
      const trigger = this.directory.current.version(run.trigger, run.version);
      const profile = people.get(run.profileId);
      if (trigger === undefined) unread.push(run.id);
      return trigger === undefined || profile === undefined ? [] : [{ run, trigger, profile }];
    });
    if (unread.length > 0) {
      this.#log.warn(
        { runs: unread.length },
        'runs of a trigger’s version that this process does not know have to wait',
      );
      const later = new Date(now.getTime() + unreadMs);
      await manager.query(`UPDATE trigger_runs SET due_at = $2 WHERE id = ANY ($1::uuid[])`, [unread, later]);
    }
    // Where there is room for one only, the more important one gets it.
    return cases.toSorted(
      (left, right) =>
        right.trigger.definition.priority - left.trigger.definition.priority ||
        left.run.dueAt.getTime() - right.run.dueAt.getTime(),
    );
  }

  async #look(
    manager: EntityManager,
    cases: readonly ClaimedCase[],
    now: Date,
    destinations: Set<string>,
  ): Promise<readonly SavedRun[]> {
    if (cases.length === 0) return [];
    const surroundings = this.#surroundings();
    const gathered = await this.#gather(manager, cases, surroundings, now);
    const saved: SavedRun[] = [];
    const planned: PlannedRun[] = [];
    const touches: NewTouch[] = [];
    for (const one of cases) {
      const to = advance(
        { status: one.run.status, step: one.run.step, stepAtMs: one.run.stepAt.getTime() },
        one.trigger,
        factsOf(one, gathered, surroundings),
      );
      const order = 'order' in to ? to.order : null;
      const given = order === null ? null : await this.orders.give(one, order, to, surroundings, now);
      if (given !== null && given.run !== null) {
        planned.push(given.run);
        destinations.add(given.run.destination);
        if (given.touch !== null) {
          touches.push(given.touch);
          gathered.touches.get(one.profile.id)?.push({ channel: given.touch.channel, atMs: now.getTime() });
        }
      }
      saved.push(this.#saved(one, given?.to ?? to, given?.run?.id ?? null));
    }
    const write = writeBy(manager);
    await saveAdvances(write, saved, new Map(cases.map(({ run }) => [run.id, run.actionRun])), now);
    await this.#plan(write, planned, touches, now);
    return saved;
  }

  async #plan(write: Write, planned: readonly PlannedRun[], touches: readonly NewTouch[], now: Date): Promise<void> {
    if (planned.length > 0) await this.actionRuns.plan(write, planned, now);
    await insertTouches(write, touches);
  }

  #surroundings(): Surroundings {
    const { current: set, policy, timeZone } = this.directory;
    return { set, policy, timeZone };
  }

  async #gather(
    manager: EntityManager,
    cases: readonly ClaimedCase[],
    { set, policy }: Surroundings,
    now: Date,
  ): Promise<Gathered & { readonly touches: Map<string, Touch[]> }> {
    const underWay = cases.flatMap(({ run }) => (run.actionRun === null ? [] : [run.actionRun]));
    const standings = underWay.length === 0 ? [] : await this.actionRuns.standings(writeBy(manager), underWay);
    const people = [...new Set(cases.map(({ profile }) => profile.id))];
    return {
      nowMs: now.getTime(),
      ...(await gatherEvents(queryBy(manager), cases, set, now)),
      actions: new Map(
        standings.map(({ id, finishedAt, ...standing }) => [
          id,
          { ...standing, finishedAtMs: finishedAt?.getTime() ?? null },
        ]),
      ),
      touches: await readTouches(queryBy(manager), people, policy, now),
    };
  }

  #saved({ run, trigger }: ClaimedCase, to: Advance, given: string | null): SavedRun {
    const isActing = to.status === 'acting';
    const watches = 'order' in to ? watchesAt(trigger, trigger.program.steps.get(to.step)) : [];
    return {
      id: run.id,
      trigger: run.trigger,
      version: run.version,
      to,
      actionRun: isActing ? (given ?? run.actionRun) : null,
      watches,
    };
  }
}
