import type { z } from 'zod';
import type { Consents, Purpose } from '../consent/consent.js';
import type { AttributeType, TypedValue } from '../profiles/attribute.js';
import type { DeliveryError } from './delivery-error.js';

/** Plain JSON, for what a provider wants to remember about a record. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A value for a destination's field; null clears it. */
export type FieldValue = TypedValue | null;
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** At most `calls` requests in any `perMs` milliseconds, counted per destination. */
export interface RateLimit {
  readonly calls: number;
  readonly perMs: number;
  /** Calls of another lane do not count, for example HubSpot's `search`. */
  readonly lane: string;
}

export interface DestinationLimits {
  /** Records that one `upsert` gets at most. */
  readonly batchSize: number;
  /** Requests under way at once. */
  readonly parallelCalls: number;
  readonly rates: readonly RateLimit[];
  /** No answer after this long: the request is given up. */
  readonly timeoutMs: number;
}

/** One HTTP request a connector is about to make. */
export interface CallDescription {
  /** Stable name for metrics and the delivery log, for example `contacts.batchUpsert`. */
  readonly operation: string;
  readonly lane?: string;
  /** Records it carries, for the delivery log. */
  readonly records?: number;
  /** May it be made again when no answer came? Then a time-out is `transient`, otherwise `unknown`. */
  readonly repeatable: boolean;
}

/**
 * The one gate every request of a connector goes through: keeps the limits, the time-out and the number of requests at
 * once, and counts the request. `send` must turn everything the SDK throws into a `DeliveryError`.
 *
 * @throws DeliveryError whatever `send` throws, or `transient`/`unknown` when no answer came in time
 */
export type CallGate = <T>(call: CallDescription, send: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export interface ConnectionContext {
  readonly call: CallGate;
  readonly now: () => Date;
}

/** What the destination is known to hold for a profile, as its last write left it. */
export interface KnownRecord {
  readonly remoteId: string;
  /** What the provider's connector asked us to remember about this record; only it reads it. */
  readonly memo: Json;
}

/** One profile, mapped, on its way to a destination. */
export interface OutgoingRecord {
  readonly profileId: string;
  /** Value of the mapping's key field: an e-mail address (lower-cased) or an id of ours. Never empty; unique in a batch. */
  readonly key: string;
  /** All mapped fields (without the key field). A field the profile knows nothing of is missing, so nothing is blanked. */
  readonly fields: FieldValues;
  /** The part of `fields` that differs from what the destination is known to hold; all of them for an unknown record. */
  readonly changed: FieldValues;
  /** Tags we own there: to add and to take away. What people added by hand at the provider is not our business. */
  readonly tagsToAdd: readonly string[];
  readonly tagsToRemove: readonly string[];
  /** All tags the record should have of ours, after the change. */
  readonly tags: readonly string[];
  readonly consents: Consents;
  readonly known: KnownRecord | null;
}

export interface UpsertRequest {
  /** One of the destination's `objects`. */
  readonly object: string;
  /** The destination's field that holds `OutgoingRecord.key`. */
  readonly keyField: string;
  /** The destination's field that holds tags; null: tags are not mapped. Providers with tags of their own ignore the name. */
  readonly tagsField: string | null;
  readonly records: readonly OutgoingRecord[];
}

/** A field left out of an otherwise delivered record, with the provider's reason. */
export interface DroppedField {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

export interface DeliveredRecord {
  readonly profileId: string;
  readonly status: 'delivered';
  readonly remoteId: string;
  /** The write made a new record there, although it sent only `changed`: delivery then completes it. */
  readonly created: boolean;
  readonly memo: Json;
  readonly dropped: readonly DroppedField[];
}

/** The provider's rules forbid the record now (no consent, opted out there): not an error, and nothing to repeat. */
export interface WithheldRecord {
  readonly profileId: string;
  readonly status: 'withheld';
  /** Machine-readable, for example `no_email_consent`. */
  readonly code: string;
  readonly message: string;
}

export interface FailedRecord {
  readonly profileId: string;
  readonly status: 'failed';
  readonly error: DeliveryError;
}

export type RecordResult = DeliveredRecord | WithheldRecord | FailedRecord;

/** One field of a destination's object, as the provider describes it now. */
export interface RemoteField {
  readonly name: string;
  readonly label: string;
  readonly type: AttributeType;
  /** The provider's own type, for people: `enumeration/checkbox`, `multipicklist`, `birthday`. */
  readonly nativeType: string;
  readonly writable: boolean;
  readonly required: boolean;
  readonly unique: boolean;
  readonly options: readonly { readonly value: string; readonly label: string }[] | null;
}

/** What a look at the account showed. `problems` are sentences for an admin; none means ready. */
export interface ConnectionCheck {
  /** Whose account it is, for people: a portal id, an org's name, an audience's name. */
  readonly account: string;
  readonly problems: readonly string[];
}

/** An open connection to one account. Holds credentials; never logs them. */
export interface Connection {
  /** Looks at the account with the least possible calls. @throws DeliveryError `unauthorized` if it does not let us in */
  check(): Promise<ConnectionCheck>;
  /** The fields of one object, as they are now. */
  fields(object: string): Promise<readonly RemoteField[]>;
  /**
   * Creates or updates records, in as few requests as the provider allows.
   *
   * @returns one result per record, in any order; a bad record never takes its neighbours along
   * @throws DeliveryError only when one reason stopped the whole request (no answer, limit, credentials)
   */
  upsert(request: UpsertRequest): Promise<readonly RecordResult[]>;
}

/** One provider: everything that differs between providers is declared here as data. One line in `registry.ts`. */
export interface Destination<Settings = unknown> {
  readonly id: string;
  readonly title: string;
  /** Checks the settings and draws their form; secrets included. */
  readonly settings: z.ZodType<Settings>;
  /** Names of the settings that are secrets: encrypted at rest, never shown again. */
  readonly secrets: readonly string[];
  /** Kinds of record a mapping may write to, the usual one first. */
  readonly objects: readonly string[];
  /** Consents that decide what the provider's record looks like, so a change of one is news; left out: none. */
  readonly consents?: readonly Purpose[];
  limits(settings: Settings): DestinationLimits;
  connect(settings: Settings, context: ConnectionContext): Connection;
}
