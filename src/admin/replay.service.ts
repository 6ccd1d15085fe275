import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Now, NOW } from '../database/environment.js';
import { ActionRuns } from '../delivery/action-runs.repository.js';
import type { DeadLetterEntity } from '../delivery/dead-letter.entity.js';
import { type DeadLetterFilter, DeadLetters } from '../delivery/dead-letters.service.js';
import { DeliveryWaker } from '../delivery/delivery-waker.service.js';
import { SyncMarks } from '../delivery/sync-marks.repository.js';
import { FactIntake, fromDestination } from '../enrichment/fact-intake.service.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { readAgain } from '../sources/kept-request.js';
import { SourceDirectory } from '../sources/source-directory.service.js';

const mostAtOnce = 1_000;

export interface ReplayResult {
  /** Letters that were open and have been put to work again. */
  readonly taken: number;
  /** Of those, the ones that failed at once again and are dead letters once more. */
  readonly failed: number;
}

/** What is kept of an event that could not be processed. */
const keptEvent = z.object({
  source: z.string(),
  raw: z.string(),
  query: z.record(z.string(), z.string()).default({}),
  idempotencyKey: z.string().optional(),
});

/** Puts dead letters to work again: a sync becomes due, an event goes through the pipeline once more. */
@Injectable()
export class Replay {
  constructor(
    private readonly letters: DeadLetters,
    private readonly marks: SyncMarks,
    private readonly runs: ActionRuns,
    private readonly waker: DeliveryWaker,
    private readonly sources: SourceDirectory,
    private readonly pipeline: Pipeline,
    private readonly facts: FactIntake,
    @Inject(NOW) private readonly now: Now,
  ) {}

  async run(filter: DeadLetterFilter): Promise<ReplayResult> {
    const letters = await this.letters.take(filter, mostAtOnce);
    await this.#syncs(letters.filter(({ kind }) => kind === 'sync'));
    await this.#actions(letters.filter(({ kind }) => kind === 'action'));
    const failed = await this.#events(letters.filter(({ kind }) => kind === 'event'));
    return { taken: letters.length, failed };
  }

  async #syncs(letters: readonly DeadLetterEntity[]): Promise<void> {
    for (const [destination, group] of Map.groupBy(letters, ({ origin }) => origin)) {
      await this.marks.makeDue(
        destination,
        group.map(({ subject }) => subject),
        this.now(),
      );
      this.waker.wake(destination, this.now());
    }
  }

  /** A person has decided that it is to be done, or done again. */
  async #actions(letters: readonly DeadLetterEntity[]): Promise<void> {
    for (const [destination, group] of Map.groupBy(letters, ({ origin }) => origin)) {
      await this.runs.makeDue(
        group.map(({ subject }) => subject),
        this.now(),
      );
      this.waker.wake(destination, this.now());
    }
  }

  /** Parsed again from the body as it came: what was mended since may be the parsing itself. */
  async #events(letters: readonly DeadLetterEntity[]): Promise<number> {
    const results = await Promise.allSettled(letters.map((letter) => this.#event(letter)));
    const failed = letters.filter((_letter, index) => results[index]?.status === 'rejected');
    // Not only what fails once more: the database may be out of reach, or the source be gone.
    await this.letters.reopen(failed.map(({ id }) => id));
    return failed.length;
  }

  async #event({ request }: DeadLetterEntity): Promise<void> {
    const { source: key, raw, query, idempotencyKey } = keptEvent.parse(request);
    if (key.startsWith(fromDestination)) {
      await this.facts.takeAgain(key.slice(fromDestination.length), raw);
      return;
    }
    const source = this.sources.find(key);
    if (source === undefined) throw new Error(`source ${key} is not there any more`);
    const events = source.platform.parse(readAgain({ raw, query, idempotencyKey }), source.context);
    await Promise.all(
      events.map((incoming) => this.pipeline.submit({ source: key, incoming, raw, query, idempotencyKey })),
    );
  }
}
