import { pageSize } from './api.js';
import type { MailchimpClient } from './client.js';
import { Turns } from './turns.js';

/** `pending` stands for whoever has signed up again after an opt-out and not confirmed it yet. */
export type OptOutStatus = 'unsubscribed' | 'archived' | 'pending';

/** Mailchimp's clock and ours may differ, and its listing may lag behind. */
const overlapMs = 5 * 60_000;
/** In a large load a look this old is good enough for the next batch. */
const freshMs = 10_000;
/** A contact that changes while we page moves to the end and shifts the rest: pages overlap. */
const pageOverlap = 50;

interface Read {
  /** Everything that changed since then is known; null: everything. */
  readonly floor: Date | null;
  readonly readAt: Date;
  /** Its place among all that was asked for and read. */
  readonly place: number;
}

/**
 * Who was unsubscribed or archived at Mailchimp, or has still to confirm, as far back as somebody asked. These addresses never stand in a
 * batch: each is looked at alone. Read by `last_changed`, and after the first time only what is new.
 */
export class OptOuts {
  readonly #read = new Map<OptOutStatus, Read>();
  readonly #emails = new Set<string>();
  readonly #turns = {
    unsubscribed: new Turns(),
    archived: new Turns(),
    pending: new Turns(),
  } as const satisfies Record<OptOutStatus, Turns>;
  #places = 0;

  constructor(
    private readonly client: MailchimpClient,
    private readonly now: () => Date,
  ) {}

  has(email: string): boolean {
    return this.#emails.has(email);
  }

  /** The address was seen to be mailable again. */
  forget(email: string): void {
    this.#emails.delete(email);
  }

  /**
   * Learns of everybody who got this status since `since` (null: ever).
   *
   * @param inLoad a large load is under way: what is known since a few seconds need not be asked again
   */
  refresh(status: OptOutStatus, since: Date | null, inLoad: boolean): Promise<void> {
    const asked = (this.#places += 1);
    return this.#turns[status].take(() => this.#refresh(status, since, inLoad, asked));
  }

  async #refresh(status: OptOutStatus, since: Date | null, inLoad: boolean, asked: number): Promise<void> {
    // Whoever asks in the same turn comes along.
    await Promise.resolve();
    const last = this.#read.get(status);
    const isCovered = last !== undefined && (last.floor === null || (since !== null && last.floor <= since));
    const readAt = this.now();
    const place = (this.#places += 1);
    if (!isCovered) {
      await this.#readSince(status, since);
      this.#read.set(status, { floor: since, readAt, place });
      return;
    }
    // Batches that start together share a look: one that began after we asked is as good as our own.
    if (last.place > asked) return;
    if (inLoad && readAt.getTime() - last.readAt.getTime() < freshMs) return;
    await this.#readSince(status, new Date(last.readAt.getTime() - overlapMs));
    this.#read.set(status, { floor: last.floor, readAt, place });
  }

  async #readSince(status: OptOutStatus, since: Date | null): Promise<void> {
    for (let offset = 0; ; offset += pageSize - pageOverlap) {
      const { members, total_items: total } = await this.client.membersChanged(status, since, offset);
      for (const { email_address } of members) this.#emails.add(email_address.toLowerCase());
      if (offset + members.length >= total || members.length === 0) return;
    }
  }
}
