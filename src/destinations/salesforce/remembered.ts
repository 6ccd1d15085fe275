const keptMs = 10 * 60_000;

/** Something read from the org that rarely changes: read when first needed, and again when it is old or forgotten. A failure is not kept. */
export class Remembered<T> {
  #kept: { readonly value: Promise<T>; readonly since: Date } | null = null;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly now: () => Date,
  ) {}

  get(olderThanMs = keptMs): Promise<T> {
    const kept = this.#kept;
    if (kept !== null && this.now().getTime() - kept.since.getTime() < olderThanMs) return kept.value;
    const value = this.read();
    this.#kept = { value, since: this.now() };
    value.catch(() => this.forget());
    return value;
  }

  forget(): void {
    this.#kept = null;
  }
}
