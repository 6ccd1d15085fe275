import { EventEmitter } from 'node:events';

/** What a handler gets: the part of Bull's job that our processors use. */
export interface InProcessJob {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
}

export interface AddOptions {
  /** While a job with this id waits or runs, another one with the same id is not added. */
  readonly jobId?: string;
  readonly delay?: number;
  readonly repeat?: { readonly every: number };
}

type Handler = (job: InProcessJob) => unknown;

interface Registration {
  readonly handler: Handler;
  readonly concurrency: number;
  running: number;
  readonly ready: { readonly job: InProcessJob; readonly afterwards: (() => void) | undefined }[];
}

/**
 * A queue inside the process, for running without Redis: the part of Bull's interface that Parley uses, behind the same token, so the
 * same decorated processors run on it. Jobs are wake-ups, so losing them with the process loses nothing.
 *
 * Emits `failed` with the job and the error, as Bull does.
 */
export class InProcessQueue extends EventEmitter {
  readonly #handlers = new Map<string, Registration>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #held = new Set<string>();
  readonly #active = new Set<Promise<void>>();
  #closed = false;
  #count = 0;

  constructor(readonly name: string) {
    super();
  }

  /** As Bull's `process(name, concurrency, handler)`; `concurrency` may be left out. */
  process(name: string, ...rest: [number, Handler] | [Handler]): void {
    if (this.#handlers.has(name)) throw new Error(`queue ${this.name} has two handlers for job ${name}`);
    const [concurrency, handler] = rest.length === 2 ? rest : [1, rest[0]];
    this.#handlers.set(name, { handler, concurrency, running: 0, ready: [] });
  }

  add(name: string, data: unknown, options: AddOptions = {}): Promise<InProcessJob> {
    this.#count += 1;
    const repeatEvery = options.repeat?.every;
    const id = options.jobId ?? (repeatEvery === undefined ? String(this.#count) : `repeat-${name}`);
    const job = { id, name, data };
    if (this.#closed || this.#held.has(id)) return Promise.resolve(job);
    this.#held.add(id);
    if (repeatEvery !== undefined) this.#repeat(job, repeatEvery);
    else if ((options.delay ?? 0) > 0) this.#later(job, options.delay ?? 0);
    else this.#ready(job);
    return Promise.resolve(job);
  }

  /** Starts nothing more and waits for what runs. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const registration of this.#handlers.values()) registration.ready.length = 0;
    await Promise.allSettled([...this.#active]);
  }

  #later(job: InProcessJob, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(job.id);
      this.#ready(job);
    }, delayMs);
    this.#timers.set(job.id, timer);
  }

  /** The next run is planned when the last one has ended: a slow job does not pile up. */
  #repeat(job: InProcessJob, everyMs: number): void {
    const timer = setTimeout(() => {
      this.#ready(job, () => {
        if (this.#closed) return;
        this.#held.add(job.id);
        this.#repeat(job, everyMs);
      });
    }, everyMs);
    this.#timers.set(job.id, timer);
  }

  #ready(job: InProcessJob, afterwards?: () => void): void {
    const registration = this.#handlers.get(job.name);
    if (registration === undefined || this.#closed) {
      this.#held.delete(job.id);
      return;
    }
    if (registration.running >= registration.concurrency) {
      registration.ready.push({ job, afterwards });
      return;
    }
    this.#run(registration, job, afterwards);
  }

  #run(registration: Registration, job: InProcessJob, afterwards?: () => void): void {
    registration.running += 1;
    const work = Promise.resolve()
      .then(() => registration.handler(job))
      .then(
        () => this.emit('completed', job),
        (error: unknown) => this.emit('failed', job, error),
      )
      .then(() => {
        registration.running -= 1;
        this.#held.delete(job.id);
        this.#active.delete(work);
        afterwards?.();
        const next = registration.ready.shift();
        if (next !== undefined && !this.#closed) this.#run(registration, next.job, next.afterwards);
      });
    this.#active.add(work);
  }
}
