import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Environment } from '../../config/env.js';
import { ENVIRONMENT, type Now, NOW } from '../database/environment.js';
import { DeadLetters } from '../delivery/dead-letters.service.js';
import type { Batch, BatchEvent, Stage, Statement } from '../events/batch.js';
import type { Decision } from '../events/decision.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { Metrics } from '../observability/metrics.service.js';
import { batchFailure } from './batch-failure.js';
import { Batcher, type Pending } from './batcher.js';
import { EventRejectedError, PipelineUnavailableError } from './pipeline-errors.js';

/** An event on its way in. */
export interface SubmittedEvent {
  readonly source: string;
  readonly incoming: IncomingEvent;
  readonly raw: string;
  /** What was said beside the body, so that a dead letter can be read again as it was. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly idempotencyKey?: string | undefined;
}

/** Injection token of the stages, in order. */
export const STAGES = Symbol('stages');

const mostConflicts = 8;
/** Events that may wait for their batch; at full speed a few seconds' worth. */
const mostWaiting = 20_000;

/**
 * The one way in. Takes events, commits them in batches through all stages, and answers each with its decision; by then
 * everything the event causes is committed.
 */
@Injectable()
export class Pipeline {
  readonly #log = new Logger(Pipeline.name);
  readonly #batcher: Batcher<SubmittedEvent, Decision>;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(STAGES) private readonly stages: readonly Stage[],
    @Inject(NOW) private readonly now: Now,
    private readonly deadLetters: DeadLetters,
    private readonly metrics: Metrics,
    @Inject(ENVIRONMENT) { BATCH_EVENTS, BATCHES_AT_ONCE }: Environment,
  ) {
    this.#batcher = new Batcher({
      run: (batch) => this.#settle(batch, 0),
      largest: BATCH_EVENTS,
      atOnce: BATCHES_AT_ONCE,
      mostWaiting,
    });
  }

  /** @throws OverloadedError, PipelineUnavailableError, EventRejectedError */
  submit(event: SubmittedEvent): Promise<Decision> {
    return this.#batcher.submit(event);
  }

  /** Finishes what is in hand. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#batcher.idle();
  }

  /** Every sender gets an answer: from the batch, from a half of it, or the reason why its own event failed. */
  async #settle(batch: readonly Pending<SubmittedEvent, Decision>[], conflicts: number): Promise<void> {
    let events: readonly BatchEvent[];
    try {
      events = await this.#commit(batch.map(({ item }) => item));
    } catch (error) {
      await this.#afterFailure(batch, conflicts, error);
      return;
    }
    batch.forEach((pending, index) => {
      const decision = events[index]?.decision;
      if (decision === undefined || decision === null) pending.reject(new Error('the stages made no decision'));
      else pending.resolve(decision);
    });
  }

  async #afterFailure(
    batch: readonly Pending<SubmittedEvent, Decision>[],
    conflicts: number,
    error: unknown,
  ): Promise<void> {
    const failure = batchFailure(error);
    if (failure === 'conflict' && conflicts < mostConflicts) {
      await delay(Math.random() * 10 * (conflicts + 1));
      await this.#settle(batch, conflicts + 1);
      return;
    }
    if (failure !== 'bad') {
      const unavailable = new PipelineUnavailableError('the database cannot be used now', { cause: error });
      this.#log.error({ err: error }, 'a batch could not be committed');
      for (const pending of batch) pending.reject(unavailable);
      return;
    }
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      await this.#bury(only, error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await this.#settle(batch.slice(0, middle), 0);
    await this.#settle(batch.slice(middle), 0);
  }

  async #bury(pending: Pending<SubmittedEvent, Decision>, error: unknown): Promise<void> {
    const { item } = pending;
    const message = error instanceof Error ? error.message : String(error);
    this.#log.error(
      { err: error, source: item.source },
      'an event could not be processed and is kept as a dead letter',
    );
    try {
      const id = await this.deadLetters.keepEvent({
        source: item.source,
        key: item.incoming.dedupe.key,
        message,
        event: item,
      });
      pending.reject(new EventRejectedError(id, message));
    } catch (cause) {
      pending.reject(new PipelineUnavailableError('the event could not even be kept as a dead letter', { cause }));
    }
  }

  async #commit(submitted: readonly SubmittedEvent[]): Promise<readonly BatchEvent[]> {
    const now = this.now();
    const events = submitted.map((event) => toBatchEvent(event, now));
    const runner = this.dataSource.createQueryRunner();
    const afterCommit: (() => void)[] = [];
    const finished = this.metrics.batchStarted(events.length);
    try {
      const client = (await runner.connect()) as PoolClient; // typed `any` by TypeORM: the driver's own client
      await client.query('BEGIN');
      try {
        const batch = openBatch(client, events, now, afterCommit);
        for (const stage of this.stages) {
          const stageFinished = this.metrics.stageStarted(stage.name);
          await stage.run(batch);
          stageFinished();
        }
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined); // the connection may be gone, and with it the transaction
        throw error;
      }
    } finally {
      await runner.release();
    }
    finished();
    this.metrics.eventsCommitted(events);
    for (const act of afterCommit) act();
    return events;
  }
}

function toBatchEvent({ source, incoming, raw }: SubmittedEvent, now: Date): BatchEvent {
  return {
    id: uuidv7(),
    source,
    incoming,
    raw,
    receivedAt: now,
    // A platform's clock may be wrong; nothing happens after we heard of it.
    occurredAt: incoming.occurredAt === null || incoming.occurredAt > now ? now : incoming.occurredAt,
    repeated: false,
    profileId: '',
    attributes: [],
    notes: [],
    decision: null,
  };
}

function openBatch(client: PoolClient, events: readonly BatchEvent[], now: Date, afterCommit: (() => void)[]): Batch {
  return {
    now,
    events,
    profiles: new Map(),
    merges: [],
    query: async <Row extends object>({ name, text }: Statement, values: readonly unknown[]) => {
      const { rows } = await client.query<Row>({ name, text, values: [...values] });
      return rows;
    },
    afterCommit: (act) => afterCommit.push(act),
  };
}
