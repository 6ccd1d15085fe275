/** Makes an answer fit a platform's limits, and remembers what found no place. */
export class Fitting {
  readonly leftOut: string[] = [];

  /** The first of them that fit. */
  take<T>(items: readonly T[], most: number, what: string): T[] {
    if (items.length > most) this.leftOut.push(`${items.length - most} of ${items.length} ${what}: ${most} fit.`);
    return items.slice(0, most);
  }

  leave(sentence: string): void {
    if (!this.leftOut.includes(sentence)) this.leftOut.push(sentence);
  }

  /** A text no longer than so many characters, never cut within one. */
  shorten(text: string, most: number, what: string): string {
    if (text.length <= most) return text;
    this.leave(`The end of ${what}: ${most} characters fit.`);
    return `${text
      .slice(0, most - 1)
      .toWellFormed()
      .trimEnd()}…`;
  }
}
