/** A question whose answer is good for a while. A failure is for those who waited for it; the next one asks anew. */
export class Memoized<T> {
  #known: { readonly answer: Promise<T>; readonly askedAtMs: number } | null = null;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly maxAgeMs: number,
    private readonly now: () => Date,
  ) {}

  get(): Promise<T> {
    const nowMs = this.now().getTime();
    if (this.#known !== null && nowMs - this.#known.askedAtMs <= this.maxAgeMs) return this.#known.answer;
    const asked = { answer: this.ask(), askedAtMs: nowMs };
    this.#known = asked;
    asked.answer.catch(() => {
      if (this.#known === asked) this.#known = null;
    });
    return asked.answer;
  }
}
