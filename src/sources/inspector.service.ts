import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Now, NOW } from '../database/environment.js';
import type { EventKind } from '../events/incoming-event.js';
import { Recent } from './recent.js';
import { requestOutcomes, type SeenRequest } from './seen-request.js';
import { type CountedName, SourceRequests } from './source-requests.repository.js';

const writeEveryMs = 1_000;
const forgetEveryMs = 3_600_000;
const keptMs = 7 * 24 * 3_600_000;
/** As many as are shown. Of strangers' requests as many again, so that they never push out what counts. */
export const mostShown = 50;
/** A name is whatever an author typed, and an address could type a new one each time. */
const mostNames = 500;

interface Counted {
  count: number;
  last: Date;
}

interface Waiting {
  readonly authentic: Recent<SeenRequest>;
  readonly refused: Recent<SeenRequest>;
  names: Map<EventKind, Map<string, Counted>>;
}

/**
 * Remembers what each source has sent lately, for people. On the way of a request it only keeps a reference; what is still among the
 * last ones a second later is written, in one statement for all sources.
 */
@Injectable()
export class Inspector {
  readonly #log = new Logger(Inspector.name);
  readonly #sources = new Map<string, Waiting>();
  #hasNews = false;
  #writing: Promise<void> = Promise.resolve();
  #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly requests: SourceRequests,
    @Inject(NOW) private readonly now: Now,
  ) {}

  onApplicationBootstrap(): void {
    this.#timers = [
      setInterval(() => void this.flush(), writeEveryMs).unref(),
      setInterval(() => void this.#forget(), forgetEveryMs).unref(),
    ];
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.flush();
  }

  saw(seen: SeenRequest): void {
    const waiting = this.#keep(seen);
    for (const { kind, name } of seen.events ?? []) count(waiting, { kind, name, count: 1, last: seen.receivedAt });
  }

  /** Writes what waits; resolves when everything seen so far is written, or PostgreSQL would not take it. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (!this.#hasNews) return;
    this.#hasNews = false;
    const seen = [...this.#sources.values()].map((waiting) => [...waiting.refused.take(), ...waiting.authentic.take()]);
    const names = [...this.#sources].flatMap(([source, waiting]) => namesOf(source, waiting));
    try {
      await this.requests.add(seen.flat(), mostShown);
      await this.requests.countNames(names, mostNames);
    } catch (error) {
      // Kept for the next time, as far as they are still among the last ones.
      for (const each of seen.flat()) this.#keep(each);
      for (const each of names) count(this.#waitingOf(each.source), each);
      this.#log.warn(
        `what sources sent could not be written for the inspector: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #forget(): Promise<void> {
    try {
      await this.requests.forgetBefore(new Date(this.now().getTime() - keptMs));
    } catch (error) {
      this.#log.warn(`old requests could not be forgotten: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #keep(seen: SeenRequest): Waiting {
    const waiting = this.#waitingOf(seen.source);
    (requestOutcomes[seen.outcome].isAuthentic ? waiting.authentic : waiting.refused).add(seen);
    this.#hasNews = true;
    return waiting;
  }

  #waitingOf(source: string): Waiting {
    let waiting = this.#sources.get(source);
    if (waiting === undefined) {
      waiting = { authentic: new Recent(mostShown), refused: new Recent(mostShown), names: new Map() };
      this.#sources.set(source, waiting);
    }
    return waiting;
  }
}

function count({ names }: Waiting, { kind, name, count: times, last }: Omit<CountedName, 'source'>): void {
  let ofKind = names.get(kind);
  if (ofKind === undefined) names.set(kind, (ofKind = new Map<string, Counted>()));
  const known = ofKind.get(name);
  if (known !== undefined) {
    known.count += times;
    known.last = last;
  } else if (ofKind.size < mostNames) ofKind.set(name, { count: times, last });
}

function namesOf(source: string, waiting: Waiting): CountedName[] {
  const counted = [...waiting.names].flatMap(([kind, names]) =>
    [...names].map(([name, { count: times, last }]) => ({ source, kind, name, count: times, last })),
  );
  waiting.names = new Map();
  return counted;
}
