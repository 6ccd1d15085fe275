import { DeliveryError } from '../delivery-error.js';
import type { DroppedField, RecordResult } from '../destination.js';
import type { UpsertAnswer, UpsertedContact } from './api/contacts.js';
import { comparableKey, contactsByKey } from './contact-key.js';
import { type ContactWrite, withoutField } from './contact-write.js';
import {
  certainCulprits,
  claimantsOf,
  droppableField,
  isNamed,
  type Naming,
  ownerOf,
  quotesId,
  suspectWrites,
  takenAddress,
} from './culprit.js';
import { toDelivered } from './delivered-contact.js';
import { HubspotError } from './to-delivery-error.js';

interface Parts extends Naming {
  /** One call to HubSpot. */
  readonly send: (writes: readonly ContactWrite[]) => Promise<UpsertAnswer>;
  /** All e-mail addresses of one contact, in lower case. */
  readonly addressesOf: (contactId: string) => Promise<ReadonlySet<string>>;
  /** Called when HubSpot refuses a value that its definitions allow, as far as we know them. */
  readonly onContradiction: (write: ContactWrite, dropped: DroppedField) => void;
}

/** After so many calls that met a lock, whoever is left waits: many locked records are not worth sorting out. */
const mostLockedCalls = 16;

/**
 * Brings one batch (at most 100 records with different keys) to HubSpot. As a rule that is one call. HubSpot refuses a whole batch for one
 * bad record; then the culprit is taken from the text of the refusal, or found by halving, and the others are written.
 */
export class BatchDelivery {
  readonly #results = new Map<string, RecordResult>();
  #lockedCalls = 0;
  /** So many calls have met locks that no more are made. */
  #givenUp: DeliveryError | null = null;

  constructor(private readonly parts: Parts) {}

  /**
   * @returns one result per record; those that a limit or an outage kept from being sent have failed with it
   * @throws DeliveryError when that happened before anything was settled
   */
  async run(writes: readonly ContactWrite[]): Promise<RecordResult[]> {
    try {
      await this.#deliver(writes);
    } catch (error) {
      if (!(error instanceof DeliveryError) || this.#results.size === 0) throw error;
      for (const write of writes) if (!this.#results.has(write.record.profileId)) this.#fail(write, error);
    }
    return [...this.#results.values()];
  }

  async #deliver(writes: readonly ContactWrite[]): Promise<void> {
    const refusal = await this.#attempt(writes);
    if (refusal !== null) await this.#settleRefused(writes, refusal);
  }

  /** Sends a batch. @returns the refusal of the whole batch, or null when HubSpot took it up */
  async #attempt(writes: readonly ContactWrite[]): Promise<DeliveryError | null> {
    if (writes.length === 0) return null;
    if (this.#givenUp !== null) return this.#givenUp;
    try {
      await this.#takeApart(writes, await this.parts.send(writes));
      return null;
    } catch (error) {
      if (error instanceof DeliveryError && (error.kind === 'rejected' || isLock(error))) return error;
      throw error;
    }
  }

  /** A batch of which at least one record is bad. */
  async #settleRefused(writes: readonly ContactWrite[], refusal: DeliveryError): Promise<void> {
    if (isLock(refusal)) return this.#settleLocked(writes, refusal);
    const culprits = await this.#culpritsOf(refusal, writes);
    if (culprits.length > 0) {
      const corrected = this.#settleRecords(culprits.map((write) => ({ write, error: refusal })));
      return this.#deliver([...without(writes, culprits), ...corrected]);
    }
    const suspects = suspectWrites(refusal, writes);
    if (suspects.length === writes.length) return this.#halve(writes, refusal);
    await this.#deliver(without(writes, suspects));
    return suspects.length === 1 ? this.#deliver(suspects) : this.#halve(suspects, refusal);
  }

  /** A conflict names only who has the address, so that contact is asked for all it has. */
  async #culpritsOf(refusal: DeliveryError, writes: readonly ContactWrite[]): Promise<readonly ContactWrite[]> {
    const certain = certainCulprits(refusal, writes, this.parts);
    const ownerId = ownerOf(refusal);
    if (certain.length > 0 || ownerId === null) return certain;
    return claimantsOf(await this.parts.addressesOf(ownerId), ownerId, writes, this.parts.keyField);
  }

  /** A record that is written to by somebody else at this moment comes later, alone. */
  async #settleLocked(writes: readonly ContactWrite[], lock: DeliveryError): Promise<void> {
    this.#lockedCalls += 1;
    if (this.#lockedCalls >= mostLockedCalls) this.#givenUp = lock;
    const all = writes.length === 1 || this.#givenUp !== null;
    const locked = all ? writes : writes.filter((write) => quotesId(lock, write));
    if (locked.length === 0) return this.#halve(writes, lock);
    for (const write of locked) this.#fail(write, later(lock));
    return this.#deliver(without(writes, locked));
  }

  /** When the first half is fine the culprit is in the second, which need not be sent whole to know that. */
  async #halve(writes: readonly ContactWrite[], refusal: DeliveryError): Promise<void> {
    const middle = Math.ceil(writes.length / 2);
    const [first, second] = [writes.slice(0, middle), writes.slice(middle)];
    const firstRefusal = await this.#attempt(first);
    if (firstRefusal !== null) {
      await this.#settleRefused(first, firstRefusal);
      return this.#deliver(second);
    }
    return second.length > 1 ? this.#halve(second, refusal) : this.#deliver(second);
  }

  /** Records that are bad beyond doubt. @returns those that can be written without the bad value; the others have failed */
  #settleRecords(refused: readonly { readonly write: ContactWrite; readonly error: DeliveryError }[]): ContactWrite[] {
    return refused.flatMap(({ write, error }) => {
      const { keyField } = this.parts;
      const taken = takenAddress(error, write, keyField);
      if (taken !== null) return withoutField(write, taken);
      const field = droppableField(error);
      if (field !== null && field.field !== keyField && write.properties[field.field] !== undefined) {
        this.parts.onContradiction(write, field);
        return withoutField(write, field);
      }
      this.#fail(write, error);
      return [];
    });
  }

  /** Matches results and the errors of a 207 to records, by trace id or key, never by place; and counts them. */
  async #takeApart(writes: readonly ContactWrite[], { results, errors }: UpsertAnswer): Promise<void> {
    const { keyField } = this.parts;
    const find = finder(keyField, results);
    const unmentioned: ContactWrite[] = [];
    const refused: { write: ContactWrite; error: DeliveryError }[] = [];
    for (const write of writes) {
      const contact = find(write);
      const error = errors.find((candidate) => isNamed(candidate, write, this.parts));
      if (contact !== undefined) this.#results.set(write.record.profileId, toDelivered(keyField, write, contact));
      else if (error !== undefined) refused.push({ write, error });
      else unmentioned.push(write);
    }
    await this.#deliver(this.#settleRecords(refused));
    await this.#settleUnmentioned(unmentioned, errors[0]);
  }

  /** Neither a result nor an error of their own: never delivered silently. */
  async #settleUnmentioned(writes: readonly ContactWrite[], error: DeliveryError | undefined): Promise<void> {
    if (writes.length === 0) return;
    if (error !== undefined) return this.#settleRefused(writes, error);
    const silence = new DeliveryError('transient', 'HubSpot answered without a result for this record', {
      code: 'NO_RESULT',
    });
    for (const write of writes) this.#fail(write, silence);
  }

  #fail({ record: { profileId } }: ContactWrite, error: DeliveryError): void {
    this.#results.set(profileId, { profileId, status: 'failed', error });
  }
}

const isLock = (error: DeliveryError): boolean => error instanceof HubspotError && error.concerned.isLock;

/** For this record only: the destination goes on. */
const later = ({ message, details: { code, retryAfterMs } }: DeliveryError): DeliveryError =>
  new DeliveryError('transient', message, {
    recordOnly: true,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

function without(writes: readonly ContactWrite[], some: readonly ContactWrite[]): ContactWrite[] {
  const excluded = new Set(some);
  return writes.filter((write) => !excluded.has(write));
}

function finder(
  keyField: string,
  results: readonly UpsertedContact[],
): (write: ContactWrite) => UpsertedContact | undefined {
  const byTraceId = new Map(
    results.flatMap((result) => (result.traceId === undefined ? [] : [[result.traceId, result]])),
  );
  const byKey = contactsByKey(keyField, results);
  const byId = new Map(results.map((result) => [result.id, result]));
  return ({ record: { profileId, key, known } }) =>
    byTraceId.get(profileId) ?? byKey.get(comparableKey(keyField, key)) ?? byId.get(known?.remoteId ?? '');
}
