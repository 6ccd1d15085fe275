import { Inject, Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Now, NOW } from '../database/environment.js';
import { asPurpose } from '../delivery/call-purpose.js';
import { Connections } from '../delivery/connections.service.js';
import { asDeliveryError } from '../destinations/delivery-error.js';
import type { Connection } from '../destinations/destination.js';
import { type ConnectedDestination, MappingDirectory } from '../mapping/mapping-directory.service.js';
import { afterFailure } from './after-failure.js';
import { FactIntake } from './fact-intake.service.js';
import { PullStates } from './pulls.repository.js';

/** What a destination that streams its changes is called among the streams that are read. */
export const liveStream = 'live';

const leaseMs = 15_000;
const renewEveryMs = 4_000;

/** Listens to destinations that stream their changes: one process each, and another one when that process dies. */
@Injectable()
export class Followers {
  readonly #log = new Logger(Followers.name);
  readonly #following = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(
    private readonly states: PullStates,
    private readonly mappings: MappingDirectory,
    private readonly connections: Connections,
    private readonly intake: FactIntake,
    @Inject(NOW) private readonly now: Now,
  ) {}

  /** Begins to listen wherever nobody does. */
  async sweep(): Promise<void> {
    for (const connected of this.mappings.connected()) {
      const { destination, pulls } = connected;
      if (this.#stop.signal.aborted || this.#following.has(destination)) continue;
      if (pulls.streams[liveStream] === 'off' || this.connections.to(connected).follow === undefined) continue;
      await this.states.plan([{ destination, stream: liveStream, everyMs: 0 }], this.now());
      const place = { destination, stream: liveStream, puller: uuidv7() };
      const taken = await this.states.take(place, this.now(), this.#leaseEnd());
      if (taken === null) continue;
      const work = this.#follow(connected, place, taken.attempts).finally(() => this.#following.delete(destination));
      this.#following.set(destination, work);
    }
  }

  onModuleDestroy(): void {
    this.#stop.abort();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.#following.values()]);
  }

  async #follow(connected: ConnectedDestination, place: Place, failedBefore: number): Promise<void> {
    const connection = this.connections.to(connected);
    const ended = new AbortController();
    const renewal = setInterval(() => {
      this.#stillOurs(connection, place).then(
        (isOurs) => {
          if (!isOurs) ended.abort();
        },
        (error: unknown) => this.#log.warn({ err: error }, 'listening to a destination could not be extended'),
      );
    }, renewEveryMs);
    let attempts = failedBefore;
    try {
      await asPurpose('enrichment', async () =>
        connection.follow?.(
          async (facts) => {
            const { event, erased } = await this.intake.take(connected, facts);
            attempts = 0;
            await this.states.savePage(place, { cursor: null, done: facts.length, total: null, facts: event + erased });
          },
          AbortSignal.any([ended.signal, this.#stop.signal]),
        ),
      );
      await this.states.letGo(place);
    } catch (error) {
      await this.#failed(place, attempts + 1, error);
    } finally {
      clearInterval(renewal);
    }
  }

  /** Other settings need another connection, and a person may have stopped it. */
  async #stillOurs(connection: Connection, place: Place): Promise<boolean> {
    const present = this.mappings.findConnected(place.destination);
    if (present === undefined || this.connections.to(present) !== connection) return false;
    return this.states.renew(place, this.#leaseEnd());
  }

  async #failed(place: Place, made: number, thrown: unknown): Promise<void> {
    const error = asDeliveryError(thrown);
    const { inMs, attempts } = afterFailure(error, made, Math.random());
    const { destination } = place;
    this.#log.warn(
      { destination, kind: error.kind, reason: error.message },
      'listening to a destination ended and begins again later',
    );
    const dueAt = new Date(this.now().getTime() + inMs);
    try {
      await this.states.postpone(place, { dueAt, attempts, error: error.message, startOver: false });
    } catch (cause) {
      this.#log.warn({ err: cause, destination }, 'that could not be noted; the lease runs out by itself');
    }
  }

  #leaseEnd(): Date {
    return new Date(this.now().getTime() + leaseMs);
  }
}

interface Place {
  readonly destination: string;
  readonly stream: string;
  readonly puller: string;
}
