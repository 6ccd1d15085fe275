/** The last few of what was added, in order. Adding costs the same however many there were. */
export class Recent<T> {
  #items: T[] = [];
  #next = 0;

  constructor(private readonly most: number) {}

  add(item: T): void {
    if (this.#items.length < this.most) this.#items.push(item);
    else this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.most;
  }

  /** Takes everything out, the oldest first. */
  take(): T[] {
    const whole = this.#items.length === this.most;
    const items = whole ? [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)] : this.#items;
    this.#items = [];
    this.#next = 0;
    return items;
  }
}
