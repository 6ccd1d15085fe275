import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Now, NOW } from '../database/environment.js';
import type { Decision } from '../events/decision.js';
import type { IncomingEvent } from '../events/incoming-event.js';
import { EventRejectedError, PipelineUnavailableError } from '../pipeline/pipeline-errors.js';
import { Pipeline } from '../pipeline/pipeline.service.js';
import { UnreadableBodyError } from './chat-platform.js';
import { readAgain } from './kept-request.js';
import type { SeenRequest } from './seen-request.js';
import { SourceDirectory } from './source-directory.service.js';
import type { SourceRequestEntity } from './source-request.entity.js';
import { SourceRequests } from './source-requests.repository.js';
import { isLate, within } from './within.js';

/** How long keeping may take; the caller's own deadline is near. */
const keepWithinMs = 1_000;
const lookEveryMs = 60_000;
/** By then the process that answered has finished it, or is gone. */
const abandonedAfterMs = 300_000;
const mostAtOnce = 100;

/**
 * Requests that were answered before they were processed, because the platform would have given up. Each is kept in PostgreSQL before it is
 * answered; if the process that answered dies, or PostgreSQL goes away meanwhile, it is processed later. Dedupe makes a second time harmless.
 */
@Injectable()
export class LateAnswers {
  readonly #log = new Logger(LateAnswers.name);
  readonly #inHand = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly requests: SourceRequests,
    private readonly sources: SourceDirectory,
    private readonly pipeline: Pipeline,
    @Inject(NOW) private readonly now: Now,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.resume(abandonedAfterMs), lookEveryMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#inHand);
  }

  /** @throws PipelineUnavailableError: it could not be kept, so it must not be acknowledged */
  async keep(seen: SeenRequest, work: Promise<readonly Decision[]>): Promise<void> {
    work.catch(() => undefined); // looked at below, once it is known where to write it
    const id = await within(this.requests.keepNow(seen), keepWithinMs).catch((cause: unknown) => {
      throw new PipelineUnavailableError('the request could not be kept', { cause });
    });
    if (isLate(id)) throw new PipelineUnavailableError('the request could not be kept in time');
    this.#watch(this.#settle(id, seen, work));
  }

  /** Processes what was kept at least so long ago and never finished. */
  async resume(olderThanMs: number): Promise<void> {
    try {
      const before = new Date(this.now().getTime() - olderThanMs);
      for (const request of await this.requests.late(before, mostAtOnce)) await this.#again(request);
    } catch (error) {
      this.#log.warn(`late requests could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #again(request: SourceRequestEntity): Promise<void> {
    const { id, source: key, body: raw, query, headers, received_at: receivedAt } = request;
    const source = this.sources.find(key);
    if (source === undefined) return;
    const kept = { raw, query, headers, idempotencyKey: headers['idempotency-key'] };
    const hook = readAgain(kept);
    const seen = { source: key, receivedAt, tookMs: 0, hook, raw, outcome: 'late' } as const;
    let events: readonly IncomingEvent[];
    try {
      events = source.platform.parse(hook, source.context);
    } catch (error) {
      if (!(error instanceof UnreadableBodyError)) throw error;
      await this.requests.settle(id, { ...seen, outcome: 'unreadable', detail: error.message });
      return;
    }
    const happened = events.map((event) => ({ ...event, occurredAt: event.occurredAt ?? receivedAt }));
    const work = Promise.all(happened.map((incoming) => this.pipeline.submit({ source: key, incoming, ...kept })));
    await this.#settle(id, { ...seen, events: happened }, work);
  }

  /** What cannot be processed now stays late, and is tried again. */
  async #settle(id: string, seen: SeenRequest, work: Promise<readonly Decision[]>): Promise<void> {
    try {
      const decisions = await work;
      await this.requests.settle(id, { ...seen, outcome: 'processed_late', decisions });
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (error instanceof EventRejectedError)
        await this.requests.settle(id, { ...seen, outcome: 'rejected', detail: said }).catch(() => undefined);
      else
        this.#log.warn(
          { source: seen.source, request: id },
          `a request answered in time is still to be processed: ${said}`,
        );
    }
  }

  #watch(settling: Promise<void>): void {
    const done = settling.finally(() => this.#inHand.delete(done));
    this.#inHand.add(done);
  }
}
