import type { Connection } from '../destinations/destination.js';

/** A connection with its uses counted, so that it is closed only when the last of them has ended. */
export class OpenConnection {
  readonly connection: Connection;
  #uses = 0;
  #closed: (() => void) | null = null;

  constructor(
    private readonly opened: Connection,
    /** What it was opened with; other settings need a new one. */
    readonly fingerprint: string,
  ) {
    this.connection = new Proxy(opened, {
      get: (target, name): unknown => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]): unknown => this.#counted(Reflect.apply(member, target, given));
      },
    });
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    if (this.#uses > 0) await new Promise<void>((resolve) => (this.#closed = resolve));
    await this.opened.close?.();
  }

  #counted(result: unknown): unknown {
    if (!(result instanceof Promise)) return result;
    this.#uses += 1;
    return result.finally(() => {
      this.#uses -= 1;
      if (this.#uses === 0) this.#closed?.();
    });
  }
}
