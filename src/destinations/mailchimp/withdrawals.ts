const remembered = 10_000;

/**
 * Withdrawals of people whom Mailchimp does not have, or not any more: there is no record to remember them by, and asking again at every
 * change would be a call that changes nothing. Kept as long as the connection; forgotten ones are simply asked again.
 */
export class Withdrawals {
  readonly #at = new Map<string, number>();

  isKnown(email: string, decidedAt: Date): boolean {
    return this.#at.get(email) === decidedAt.getTime();
  }

  remember(email: string, decidedAt: Date): void {
    if (this.#at.size >= remembered) this.#at.clear();
    this.#at.set(email, decidedAt.getTime());
  }
}
