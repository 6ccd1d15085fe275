import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type EntityManager } from 'typeorm';
import { type Now, NOW } from '../../database/environment.js';
import { ActionRuns, type PlannedRun, type Write, writeBy } from '../../delivery/action-runs.repository.js';
import { DeliveryWaker } from '../../delivery/delivery-waker.service.js';
import { Metrics } from '../../observability/metrics.service.js';
import { Profiles } from '../../profiles/profiles.repository.js';
import { watchesAt } from '../active-trigger.js';
import { advance } from '../journey/advance.js';
import type { Advance } from '../journey/run-facts.js';
import type { Touch } from '../policy/allowance.js';
import { TriggerDirectory } from '../trigger-directory.service.js';
import { TriggerWaker } from '../trigger-waker.service.js';
import { type ClaimedRun, findDue, lockDue } from './claimed-runs.js';
import { factsOf, gatherEvents, type Gathered, type RunCase, type Surroundings } from './gather-facts.js';
import { OrderGiver } from './order-giver.service.js';
import { saveAdvances, type SavedRun } from './save-runs.js';
import { insertTouches, type NewTouch, readTouches } from './touches.js';

/** Runs that are looked at in one transaction: their people are locked meanwhile, so it has to be short. */
const atOnce = 100;
/** Everybody who is due is being worked on by the pipeline or another process. */
const busyMs = 20;
/** This process has not read the version yet that another one has saved. */
const unreadMs = 1_000;

/** A run that is looked at, with its trigger's version and its person. */
type ClaimedCase = RunCase & { readonly run: ClaimedRun };

/** Takes runs that are due as far as they can get: each look, and all that follows from it, is one transaction. */
@Injectable()
export class TriggerRunner {
  readonly #log = new Logger(TriggerRunner.name);
  #running: Promise<void> | null = null;
  #again = false;
  #stopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: TriggerDirectory,
    private readonly profiles: Profiles,
    private readonly orders: OrderGiver,
    private readonly actionRuns: ActionRuns,
    private readonly deliveryWaker: DeliveryWaker,
    private readonly waker: TriggerWaker,
    private readonly metrics: Metrics,
    @Inject(NOW) private readonly now: Now,
  ) {}

  onModuleDestroy(): void {
    this.#stopping = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#running;
  }

  /** Everything that is due. Called again meanwhile, it looks once more when it is through. */
  async run(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      this.#again = false;
      while (!this.#stopping && (await this.#chunk()));
      if (this.#stopping || !this.#isAskedAgain()) break;
    }
    await this.planNext();
  }

  #isAskedAgain(): boolean {
    return this.#again;
  }

  /** Part of every sweep: wakes the runner when the next run is due. */
  async planNext(): Promise<void> {
    const [row] = await this.dataSource.query<{ at: Date | null }[]>(
      `SELECT min(due_at) AS at FROM trigger_runs WHERE due_at IS NOT NULL AND NOT paused`,
    );
    if (row?.at != null) this.waker.wake(row.at.getTime());
  }

  /** @returns whether there may be more */
  async #chunk(): Promise<boolean> {
    const now = this.now();
    const destinations = new Set<string>();
    const looked = await this.dataSource.transaction(async (manager) => {
      const due = await findDue(queryBy(manager), now, atOnce);
      if (due.length === 0) return { found: 0, saved: [] };
      const cases = await this.#claim(manager, due, now);
      const saved = await this.#look(manager, cases, now, destinations);
      return { found: due.length, saved };
    });
    for (const { trigger, to } of looked.saved) if (!('order' in to)) this.metrics.triggerRun(trigger, to.status);
    for (const destination of destinations) this.deliveryWaker.wake(destination, now);
    if (looked.found > 0 && looked.saved.length === 0) await delay(busyMs);
    return looked.found > 0;
  }

  /** The people first, then their runs: the order in which the pipeline locks. */
  async #claim(
    manager: EntityManager,
    due: readonly { readonly id: string; readonly profileId: string }[],
    now: Date,
  ): Promise<ClaimedCase[]> {
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

const queryBy =
  (manager: EntityManager) =>
  <Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> =>
    manager.query<Row[]>(text, [...values]);
