/** Something that is read at Mailchimp and believed for a while. */
export class Kept<T> {
  #held: { readonly answer: Promise<T>; readonly readAt: number } | null = null;

  constructor(
    private readonly fetch: () => Promise<T>,
    private readonly keptMs: number,
    private readonly now: () => Date,
  ) {}

  async get(): Promise<T> {
    const isFresh = this.#held !== null && this.now().getTime() - this.#held.readAt <= this.keptMs;
    return isFresh && this.#held !== null ? this.#held.answer : this.read();
  }

  /** Also when it is known. */
  async read(): Promise<T> {
    const answer = this.fetch();
    this.#held = { answer, readAt: this.now().getTime() };
    try {
      return await answer;
    } catch (error) {
      this.#held = null;
      throw error;
    }
  }
}
