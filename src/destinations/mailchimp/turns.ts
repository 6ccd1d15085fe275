/**
 * Lets pieces of work begin in the order they came, only so many at once. One at a time, two that read and then write do not undo each
 * other.
 */
export class Turns {
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly atOnce = 1) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay < this.atOnce) this.#underWay += 1;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await work();
    } finally {
      // Whoever comes next takes the place over.
      const begin = this.#waiting.shift();
      if (begin === undefined) this.#underWay -= 1;
      else begin();
    }
  }
}
