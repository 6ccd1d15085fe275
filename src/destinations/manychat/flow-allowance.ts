import { DeliveryError } from '../delivery-error.js';

const windowMs = 3_600_000;
const mostFlows = 100;
/** Contacts that are remembered before those of whom nothing recent is known are forgotten. */
const mostContacts = 10_000;

/** ManyChat starts at most 100 flows an hour for one contact. Counted here, so that a busy contact does not slow the others down. */
export class FlowAllowance {
  readonly #startedAtMs = new Map<string, number[]>();

  constructor(private readonly now: () => Date) {}

  /** @throws DeliveryError `throttled`, for this contact alone */
  take(contact: string): void {
    const nowMs = this.now().getTime();
    if (this.#startedAtMs.size > mostContacts) this.#forget(nowMs);
    const recent = recentOf(this.#startedAtMs.get(contact), nowMs);
    const [first] = recent;
    if (first !== undefined && recent.length >= mostFlows)
      throw new DeliveryError('throttled', `the contact got ${String(mostFlows)} flows in an hour`, {
        code: 'FLOWS_PER_HOUR',
        retryAfterMs: first + windowMs - nowMs,
        recordOnly: true,
      });
    this.#startedAtMs.set(contact, [...recent, nowMs]);
  }

  #forget(nowMs: number): void {
    for (const [contact, started] of this.#startedAtMs)
      if (recentOf(started, nowMs).length === 0) this.#startedAtMs.delete(contact);
  }
}

const recentOf = (startedAtMs: readonly number[] = [], nowMs: number): number[] =>
  startedAtMs.filter((atMs) => atMs > nowMs - windowMs);
