import { Inject, Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import { asDeliveryError, consequences, DeliveryError } from '../destinations/delivery-error.js';
import { type ActiveDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { afterCall, breakerMode, type BreakerState } from './breaker.js';
import { Actions } from './actions.service.js';
import { ActionRuns } from './action-runs.repository.js';
import { countCalls } from './call-gate.js';
import { chunk } from './chunk.js';
import { Connections } from './connections.service.js';
import { DeliveryLedger } from './delivery-ledger.service.js';
import { DeliveryWaker } from './delivery-waker.service.js';
import { breakerOf, DestinationStates } from './destination-states.repository.js';
import { Loads } from './loads.service.js';
import { Erasing } from './erasing.service.js';
import { Erasures } from './erasures.repository.js';
import { type Entry, entryOf, failedEntry, restMs, type SentRecord } from './outcome.js';
import { Preparation, targetOf } from './preparation.service.js';
import { SyncMarks } from './sync-marks.repository.js';
import { verdictOf } from './verdict.js';

/** A drain that shows no sign of life for so long is taken for dead, and another one may start. */
const leaseMs = 15_000;
const renewEveryMs = 4_000;
/** Actions of one pass: what becomes due for syncing meanwhile goes first again. */
const actionsAtOnce = 500;

/** Brings what is due to the destinations. */
@Injectable()
export class Delivery {
  readonly #log = new Logger(Delivery.name);
  #stopping = false;
  readonly #drains = new Set<Promise<void>>();

  constructor(
    private readonly marks: SyncMarks,
    private readonly states: DestinationStates,
    private readonly mappings: MappingDirectory,
    private readonly loads: Loads,
    private readonly erasing: Erasing,
    private readonly erasures: Erasures,
    private readonly actions: Actions,
    private readonly preparation: Preparation,
    private readonly runs: ActionRuns,
    private readonly connections: Connections,
    private readonly ledger: DeliveryLedger,
    private readonly waker: DeliveryWaker,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /**
   * Brings everything that is due for one destination to it, batch by batch, and records the outcome of each record.
   *
   * @returns when nothing is due any more, the destination has to rest, or another drain is at it
   * @throws only when PostgreSQL is out of reach; a provider's answer always becomes an outcome
   */
  async drain(destination: string): Promise<void> {
    const work = this.#drain(destination);
    this.#drains.add(work);
    try {
      await work;
    } finally {
      this.#drains.delete(work);
    }
  }

  async #drain(destination: string): Promise<void> {
    const drainer = uuidv7();
    if (this.#stopping || !(await this.#hold(destination, drainer))) return;
    const renewal = setInterval(() => {
      this.#hold(destination, drainer).catch((error: unknown) =>
        this.#log.warn({ err: error }, 'a drain could not be extended'),
      );
    }, renewEveryMs);
    try {
      await this.#passes(destination, drainer);
    } finally {
      clearInterval(renewal);
      await this.states.letGo(destination, drainer);
    }
    // Only after a drain that went well: one that failed would fail again at once, and the sweep starts it in time.
    await this.#planNext(destination);
  }

  /** The first step of stopping: the queues, which wait for their drains, are closed in a later one. */
  onModuleDestroy(): void {
    this.#stopping = true;
  }

  /** Lets what is under way finish, and gives the leases back. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.#drains]);
  }

  #hold(destination: string, drainer: string): Promise<boolean> {
    const now = this.now();
    return this.states.hold(destination, drainer, now, new Date(now.getTime() + leaseMs));
  }

  async #passes(destination: string, drainer: string): Promise<void> {
    // Whoever was away so long that another drain took over has to leave the rest to it.
    while (await this.#hold(destination, drainer)) {
      const active = this.mappings.find(destination);
      const breaker = await this.#readiness(destination);
      if (this.#stopping || active === undefined || breaker === null) return;
      const inTheWay = await this.preparation.once(active);
      if (inTheWay !== null) return this.#judge(destination, breaker, [inTheWay]);
      const probing = breakerMode(breaker, this.now()) === 'half-open';
      const erased = await this.erasing.pass(active);
      if (erased !== null) {
        await this.#judge(destination, breaker, erased);
        continue;
      }
      const synced = await this.#syncPass(active, probing);
      if (synced !== null && synced.length > 0) await this.#judge(destination, breaker, synced);
      if (synced !== null && (probing || synced.some((verdict) => verdict !== null))) continue;
      // After the data that caused them. One that was caused by data still on its way is not ready.
      const performed = await this.actions.pass(active, probing ? 1 : actionsAtOnce);
      if (performed !== null && performed.length > 0) await this.#judge(destination, breaker, performed);
      if (synced === null && performed === null) return;
    }
  }

  /** Sends what is due, up to one load; null: nothing was. */
  async #syncPass(active: ActiveDestination, probing: boolean): Promise<(DeliveryError | null)[] | null> {
    const { provider, settings } = active;
    const { batchSize, parallelCalls } = provider.limits(settings);
    const { bulk } = provider;
    const load = await this.loads.gather(active, probing ? 1 : (bulk?.atMost ?? batchSize * parallelCalls));
    if (load.sends.length === 0 && load.idle.length === 0) return null;
    if (load.idle.length > 0) await this.#write(active, load.claim, this.now(), 0, load.idle, null);
    const isBulk = bulk !== undefined && load.sends.length >= bulk.from;
    const parts = isBulk ? [load.sends] : chunk(load.sends, batchSize);
    return everyOne(parts.map((sends) => this.#send(active, load.claim, sends, isBulk)));
  }

  /** The breaker's state when the destination may be called now; null: it rests, is paused or broken. */
  async #readiness(destination: string): Promise<BreakerState | null> {
    const state = await this.states.find(destination);
    const now = this.now();
    if (state?.paused_reason != null) return null;
    if (state?.rests_until != null && state.rests_until > now) return null;
    const breaker = breakerOf(state);
    return breakerMode(breaker, now) === 'open' ? null : breaker;
  }

  /** Sends one batch and records each outcome. Returns what is wrong with the destination as a whole; null: nothing. */
  async #send(
    active: ActiveDestination,
    claim: string,
    sends: readonly SentRecord[],
    isBulk: boolean,
  ): Promise<DeliveryError | null> {
    const startedAt = this.now();
    const { mapping } = active;
    const { result, calls } = await countCalls(() => {
      const connection = this.connections.to(active);
      const request = { ...targetOf(mapping), records: sends.map(({ plan }) => plan.record) };
      return isBulk && connection.upsertMany !== undefined
        ? connection.upsertMany(request)
        : connection.upsert(request);
    });
    const now = this.now();
    if (result.status === 'rejected') {
      const error = asDeliveryError(result.reason);
      const entries = sends.map((sent) => failedEntry(sent, error, now, Math.random(), null));
      await this.#write(active, claim, startedAt, calls, entries, error);
      return error;
    }
    const answers = new Map(result.value.map((answer) => [answer.profileId, answer]));
    const entries = sends.map((sent) => {
      const answer = answers.get(sent.mark.profileId);
      if (answer !== undefined) return entryOf(sent, answer, now, Math.random());
      const error = new DeliveryError('transient', 'the provider said nothing about this record', {
        code: 'NO_RESULT',
      });
      return failedEntry(sent, error, now, Math.random(), null);
    });
    const verdict = verdictOf(result.value);
    await this.#write(active, claim, startedAt, calls, entries, verdict);
    return verdict;
  }

  async #write(
    { destination, mapping, mappingVersion }: ActiveDestination,
    claim: string,
    startedAt: Date,
    calls: number,
    entries: readonly Entry[],
    error: DeliveryError | null,
  ): Promise<void> {
    const finishedAt = this.now();
    const said = error === null ? null : `${error.kind}: ${error.message}`;
    await this.ledger.write({
      id: uuidv7(),
      destination,
      claim,
      object: mapping.object,
      mappingVersion,
      startedAt,
      finishedAt,
      calls,
      entries,
      error: said,
    });
  }

  /** What the batches of a pass mean for the destination: go on, rest, wait for a person, or break the circuit. */
  async #judge(destination: string, before: BreakerState, verdicts: readonly (DeliveryError | null)[]): Promise<void> {
    const now = this.now();
    let breaker = before;
    for (const error of verdicts) {
      if (error === null) breaker = afterCall(breaker, true, now);
      else if (consequences[error.kind].countsForBreaker) breaker = afterCall(breaker, false, now);
    }
    if (breaker !== before) await this.states.saveBreaker(destination, breaker);
    if (breaker.openUntil !== null && breaker.openUntil !== before.openUntil)
      this.#log.warn({ destination, until: breaker.openUntil }, 'the destination keeps failing and rests');
    for (const error of verdicts) {
      if (error === null) continue;
      if (consequences[error.kind].pauseDestination) {
        this.#log.error(
          { destination, reason: error.message },
          'the destination needs a person: nothing is sent until it is resumed',
        );
        await this.states.pause(destination, error.message);
      } else if (error.kind === 'throttled') {
        await this.states.rest(
          destination,
          new Date(now.getTime() + (error.details.retryAfterMs ?? restMs)),
          error.message,
        );
      }
    }
  }

  /** The next drain starts when the next mark is due, and not before the destination has rested. */
  async #planNext(destination: string): Promise<void> {
    if (this.#stopping) return;
    const waiting = [this.marks, this.runs, this.erasures].map((kind) => kind.nextDue(destination));
    const [due = null] = (await Promise.all(waiting))
      .filter((at) => at !== null)
      .sort((left, right) => left.getTime() - right.getTime());
    const state = await this.states.find(destination);
    if (due === null || state?.paused_reason != null) return;
    const { openUntil } = breakerOf(state);
    const times = [due, state?.rests_until, openUntil === null ? null : new Date(openUntil)].filter(
      (time) => time != null,
    );
    this.waker.wake(destination, new Date(Math.max(...times.map((time) => time.getTime()))));
  }
}

/** Waits for all before it throws what the first one failed with: nothing of a drain goes on behind its back. */
async function everyOne<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
