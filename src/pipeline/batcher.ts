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

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
  readonly #running = new Set<Promise<void>>();
  #scheduled = false;

  constructor(private readonly options: BatcherOptions<Item, Answer>) {}

  /** @throws OverloadedError */
  submit(item: Item): Promise<Answer> {
    if (this.#waiting.length >= this.options.mostWaiting)
      return Promise.reject(new OverloadedError(`${this.#waiting.length} events are waiting already`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when everything submitted so far is settled, whatever comes in meanwhile. */
  async idle(): Promise<void> {
    const last = this.#waiting.at(-1);
    // With nothing running the next batch starts in the next turn of the event loop.
    while (last !== undefined && this.#waiting.includes(last)) await Promise.race([...this.#running, nextTurn()]);
    await Promise.all(this.#running);
  }

  /** After the present turn of the event loop, so that all requests it has read come along. */
  #schedule(): void {
    if (this.#scheduled || this.#running.size >= this.options.atOnce) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    if (this.#waiting.length === 0 || this.#running.size >= this.options.atOnce) return;
    const batch = this.#waiting.splice(0, this.options.largest);
    const run = this.options
      .run(batch)
      .catch((error: unknown) => {
        for (const pending of batch) pending.reject(error);
      })
      .finally(() => {
        this.#running.delete(run);
        if (this.#waiting.length > 0) this.#schedule();
      });
    this.#running.add(run);
    if (this.#waiting.length > 0) this.#schedule();
  }
}
