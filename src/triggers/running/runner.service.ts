import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { againAfterConflict } from '../../database/after-conflict.js';
import { databaseFailure } from '../../database/database-failure.js';
import { type Now, NOW } from '../../database/environment.js';
import { storableText } from '../../database/storable-text.js';
import { DeliveryWaker } from '../../delivery/delivery-waker.service.js';
import { Metrics } from '../../observability/metrics.service.js';
import { TriggerWaker } from '../trigger-waker.service.js';
import { type DueRun, findDue } from './claimed-runs.js';
import { RunLooker } from './run-looker.service.js';
import { queryBy } from './sql-query.js';

/** Runs that are looked at in one transaction: their people are locked meanwhile, so it has to be short. */
const atOnce = 100;
/** Everybody who is due is being worked on by the pipeline or another process. */
const busyMs = 20;

/** Takes runs that are due as far as they can get: each look, and all that follows from it, is one transaction. */
@Injectable()
export class TriggerRunner {
  readonly #log = new Logger(TriggerRunner.name);
  #running: Promise<void> | null = null;
  #again = false;
  #stopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly looker: RunLooker,
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
    const due = await findDue(queryBy(this.dataSource), now, atOnce);
    if (due.length === 0) return false;
    let looked: number;
    try {
      looked = await this.#transaction(due, now);
    } catch (error) {
      if (databaseFailure(error) !== 'bad') throw error;
      // One of them cannot be looked at: each alone, so that it holds up nobody else.
      looked = 0;
      for (const run of due) looked += await this.#alone(run, now);
    }
    if (looked === 0) await delay(busyMs);
    return true;
  }

  async #alone(run: DueRun, now: Date): Promise<number> {
    try {
      return await this.#transaction([run], now);
    } catch (error) {
      if (databaseFailure(error) !== 'bad') throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error({ err: error, run: run.id }, 'a run of a trigger could not be looked at and has failed');
      await this.dataSource.query(
        `UPDATE trigger_runs SET status = 'failed', code = 'INTERNAL_ERROR', reason = $2, due_at = NULL, finished_at = $3 WHERE id = $1`,
        [run.id, storableText(reason).slice(0, 1_000), now],
      );
      return 1;
    }
  }

  /** @returns how many of these runs could be looked at */
  async #transaction(due: readonly DueRun[], now: Date): Promise<number> {
    const { saved, destinations } = await againAfterConflict(() =>
      this.dataSource.transaction((manager) => this.looker.look(manager, due, now)),
    );
    for (const { trigger, to } of saved) if (!('order' in to)) this.metrics.triggerRun(trigger, to.status);
    for (const destination of destinations) this.deliveryWaker.wake(destination, now);
    return saved.length;
  }
}
