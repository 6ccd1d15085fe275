/** One item with the promise its sender waits for. */
export interface Pending<Item, Answer> {
  readonly item: Item;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export interface BatcherOptions<Item, Answer> {
  /** Settles every item it gets, one way or the other. */
  readonly run: (batch: readonly Pending<Item, Answer>[]) => Promise<void>;
  readonly largest: number;
  readonly atOnce: number;
  /** Items that may wait; beyond that a sender is turned away at once. */
  readonly mostWaiting: number;
}

/** Thrown when more waits than can be worked off in reasonable time. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
}

/**
 * Group commit: what arrives while the previous batches run becomes the next batch. A quiet system answers at once with batches of
 * one; a busy one gets faster per item.
 */
export class Batcher<Item, Answer> {
  #waiting: Pending<Item, Answer>[] = [];
  #running = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(private readonly options: BatcherOptions<Item, Answer>) {}

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws OverloadedError */
  submit(item: Item): Promise<Answer> {
    if (this.#waiting.length >= this.options.mostWaiting)
      return Promise.reject(new OverloadedError(`${this.#waiting.length} events are waiting already`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when everything submitted so far is settled. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0 && this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** After the present turn of the event loop, so that all requests it has read come along. */
  #schedule(): void {
    if (this.#scheduled || this.#running >= this.options.atOnce) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    if (this.#waiting.length === 0 || this.#running >= this.options.atOnce) return;
    const batch = this.#waiting.splice(0, this.options.largest);
    this.#running += 1;
    void this.options
      .run(batch)
      .catch((error: unknown) => {
        for (const pending of batch) pending.reject(error);
      })
      .finally(() => {
        this.#running -= 1;
        if (this.#waiting.length > 0) this.#schedule();
        else if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
      });
    if (this.#waiting.length > 0) this.#schedule();
  }
}
