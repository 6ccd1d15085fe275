import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import { asPurpose } from '../delivery/call-purpose.js';
import { Connections } from '../delivery/connections.service.js';
import { DestinationStates } from '../delivery/destination-states.repository.js';
import { asDeliveryError, DeliveryError } from '../destinations/delivery-error.js';
import type { Json } from '../destinations/json.js';
import type { HistoryStream, PullPage } from '../destinations/remote-fact.js';
import { readInto } from '../mapping/mapping.js';
import { type ConnectedDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { everyMsOf } from '../mapping/pull-settings.js';
import { OverloadedError } from '../pipeline/batcher.js';
import { PipelineUnavailableError } from '../pipeline/pipeline-errors.js';
import { afterFailure } from './after-failure.js';
import { FactIntake } from './fact-intake.service.js';
import { PullStates } from './pulls.repository.js';

/** A pull that shows no sign of life for so long is taken for dead, and another process goes on. */
const leaseMs = 15_000;
const renewEveryMs = 4_000;
const heldBackMs = 60_000;

/** One stream of one destination, and who reads it now. */
interface Reading {
  readonly destination: string;
  readonly stream: string;
  readonly puller: string;
}

/** Where a pull is, and how often it has failed since it last got on. */
interface Progress {
  cursor: Json;
  attempts: number;
}

/** Reads the history of destinations, page by page: a page is committed before the next one is asked for. */
@Injectable()
export class Pulls {
  readonly #log = new Logger(Pulls.name);
  #stopping = false;
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly states: PullStates,
    private readonly destinations: DestinationStates,
    private readonly mappings: MappingDirectory,
    private readonly connections: Connections,
    private readonly intake: FactIntake,
    @InjectQueue('enrichment') private readonly queue: Queue,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Plans what is declared and wakes what is due; losing a wake-up is harmless. */
  async sweep(): Promise<void> {
    const streams = this.mappings.connected().flatMap(({ destination, provider, pulls }) =>
      (provider.history ?? []).map((stream) => ({
        destination,
        stream: stream.id,
        everyMs: everyMsOf(stream, pulls),
      })),
    );
    await this.states.plan(streams, this.now());
    const planned = new Set(streams.map(({ destination, stream }) => `${destination} ${stream}`));
    for (const { destination, stream } of await this.states.due(this.now()))
      if (planned.has(`${destination} ${stream}`)) await this.wake(destination, stream);
  }

  async wake(destination: string, stream: string): Promise<void> {
    await this.queue.add('pull', { destination, stream }, { jobId: `pull-${destination}-${stream}` });
  }

  /**
   * Reads a stream to its end, if it is due.
   *
   * @returns when it is read, it has to wait, or another process is at it
   * @throws only when PostgreSQL is out of reach
   */
  async run(destination: string, stream: string): Promise<void> {
    const work = this.#run({ destination, stream, puller: uuidv7() });
    this.#underWay.add(work);
    try {
      await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** The page under way is finished, then it is let go. */
  onModuleDestroy(): void {
    this.#stopping = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.#underWay]);
  }

  async #run(reading: Reading): Promise<void> {
    if (this.#stopping) return;
    const taken = await this.states.take(reading, this.now(), this.#leaseEnd());
    if (taken === null) return;
    const renewal = setInterval(() => {
      this.states
        .renew(reading, this.#leaseEnd())
        .catch((error: unknown) => this.#log.warn({ err: error }, 'a pull could not be extended'));
    }, renewEveryMs);
    const progress = { cursor: taken.cursor, attempts: taken.attempts };
    try {
      await this.#pages(reading, taken.watermark, progress);
    } catch (error) {
      await this.#failed(reading, progress.attempts + 1, asFailure(error));
    } finally {
      clearInterval(renewal);
      await this.states.letGo(reading);
    }
  }

  async #pages(reading: Reading, watermark: Json, progress: Progress): Promise<void> {
    for (;;) {
      const { cursor } = progress;
      // Looked up anew for each page: settings may have changed, or the destination may have been switched off.
      const connected = this.mappings.findConnected(reading.destination);
      const declared = connected?.provider.history?.find(({ id }) => id === reading.stream);
      if (this.#stopping || connected === undefined || declared === undefined) return;
      if (await this.#heldBack(reading)) return;
      const page = await this.#page(connected, declared, cursor, watermark);
      if (page.facts.length === 0 && page.cursor !== null && JSON.stringify(page.cursor) === JSON.stringify(cursor))
        throw new DeliveryError('rejected', 'the provider answers with the same empty page again and again');
      const counts = await this.intake.take(connected, page.facts);
      const facts = counts.event + counts.erased;
      const goesOn = await this.states.savePage(reading, { ...page, facts });
      Object.assign(progress, { cursor: page.cursor, attempts: 0 });
      if (page.cursor === null) {
        const everyMs = everyMsOf(declared, connected.pulls);
        const now = this.now();
        const dueAt = everyMs === null ? null : new Date(now.getTime() + everyMs);
        await this.states.finish(reading, page.watermark, now, dueAt);
        return;
      }
      if (!goesOn) return;
    }
  }

  async #page(
    connected: ConnectedDestination,
    { id }: HistoryStream,
    cursor: Json,
    watermark: Json,
  ): Promise<PullPage> {
    const connection = this.connections.to(connected);
    const mapping = this.mappings.find(connected.destination)?.mapping;
    const { notBefore } = connected.pulls;
    const request = {
      stream: id,
      object: mapping?.object ?? connected.provider.objects[0] ?? '',
      fields: (mapping?.fields ?? []).filter((field) => readInto(field) !== null).map(({ to }) => to),
      cursor,
      watermark,
      notBefore: notBefore === undefined ? null : new Date(`${notBefore}T00:00:00Z`),
    };
    const page = await asPurpose('enrichment', async () => connection.pull?.(request));
    if (page === undefined) throw new DeliveryError('misconfigured', 'this provider cannot be read from');
    return page;
  }

  /** A paused or resting destination is left alone by pulls as well. */
  async #heldBack(reading: Reading): Promise<boolean> {
    const state = await this.destinations.find(reading.destination);
    const now = this.now();
    const pausedUntil = state?.paused_reason == null ? null : new Date(now.getTime() + heldBackMs);
    const restsUntil = state?.rests_until != null && state.rests_until > now ? state.rests_until : null;
    const dueAt = pausedUntil ?? restsUntil;
    if (dueAt === null) return false;
    const error = state?.paused_reason ?? state?.rest_reason ?? null;
    await this.states.postpone(reading, { dueAt, attempts: 0, error, startOver: false });
    return true;
  }

  async #failed(reading: Reading, made: number, error: DeliveryError): Promise<void> {
    const { inMs, attempts, startOver } = afterFailure(error, made, Math.random());
    const dueAt = new Date(this.now().getTime() + inMs);
    await this.states.postpone(reading, { dueAt, attempts, error: error.message, startOver });
    const { destination, stream } = reading;
    this.#log.warn({ destination, stream, kind: error.kind, reason: error.message }, 'a pull failed and goes on later');
  }

  #leaseEnd(): Date {
    return new Date(this.now().getTime() + leaseMs);
  }
}

/** What our own pipeline cannot take now is not the connector's fault. */
const asFailure = (error: unknown): DeliveryError =>
  error instanceof PipelineUnavailableError || error instanceof OverloadedError
    ? new DeliveryError('transient', error.message)
    : asDeliveryError(error);
