/** Lets one piece of work begin when the one before has ended, so that two that read and then write do not undo each other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    // Its own caller hears of a failure.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
