import type { Consents } from '../consent/consent.js';
import type { AttributeType, TypedValue } from '../profiles/attribute.js';
import type { DeliveryError } from './delivery-error.js';
import type { Json } from './json.js';

/** A value for a destination's field; null clears it. */
export type FieldValue = TypedValue | null;
export type FieldValues = Readonly<Record<string, FieldValue>>;

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
  /**
   * All mapped fields (without the key field). A field the profile knows nothing of is missing, so nothing is blanked. A field of a
   * related object is named with its path, for example `company.domain`.
   */
  readonly fields: FieldValues;
  /** The part of `fields` that differs from what the destination is known to hold; all of them for an unknown record. */
  readonly changed: FieldValues;
  /** Tags we own there: to add and to take away. What people added by hand at the provider is not our business. */
  readonly tagsToAdd: readonly string[];
  readonly tagsToRemove: readonly string[];
  /** All tags the record should have of ours, after the change. */
  readonly tags: readonly string[];
  /** Names of lists (HubSpot lists, Salesforce campaigns, Mailchimp segments) the record is to be in, owned as tags are. */
  readonly listsToAdd: readonly string[];
  readonly listsToRemove: readonly string[];
  readonly lists: readonly string[];
  readonly consents: Consents;
  /**
   * Every e-mail address of the person, lower-cased, where they have withdrawn a consent that the provider reads: a withdrawal is about the
   * person, so it is about each of them. Left out otherwise.
   */
  readonly emails?: readonly string[];
  readonly known: KnownRecord | null;
}

/** How a mapping wants its records written. */
export interface WriteTarget {
  /** One of the destination's `objects`. */
  readonly object: string;
  /** The destination's field that holds `OutgoingRecord.key`. */
  readonly keyField: string;
  /** The destination's field that holds tags; null: tags are not mapped. Providers with tags of their own ignore the name. */
  readonly tagsField: string | null;
  /** The mapping's `options`, as checked by the destination's `mappingOptions`. */
  readonly options: Json;
  /** What the mapping allows us to create at the provider. */
  readonly create: CreatePolicy;
}

export interface CreatePolicy {
  readonly fields: boolean;
  /** Choices of an existing field, such as a new tag's. */
  readonly options: boolean;
}

export interface UpsertRequest extends WriteTarget {
  readonly records: readonly OutgoingRecord[];
}

/** A field left out of an otherwise delivered record, with the provider's reason. */
export interface DroppedField {
  readonly field: string;
  readonly code: string;
  readonly message: string;
  /** It is one of the record's tags that was left out; a resync tries it again. */
  readonly tag?: string;
  /** The same of one of its lists. */
  readonly list?: string;
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
  /** What was found there, to be remembered; left out: nothing is known of the record. */
  readonly known?: KnownRecord;
}

export interface FailedRecord {
  readonly profileId: string;
  readonly status: 'failed';
  readonly error: DeliveryError;
}

export type RecordResult = DeliveredRecord | WithheldRecord | FailedRecord;

/** What an upsert of one record would do now, found out without writing. */
export interface RecordPreview {
  readonly profileId: string;
  /** The record the provider has; null: it would be created. */
  readonly remoteId: string | null;
  readonly action: 'create' | 'update' | 'nothing' | 'withhold' | 'refuse';
  /** Why it is withheld or refused; null: it is not. */
  readonly reason: string | null;
  /** The body as the provider would get it. */
  readonly payload: Json;
  /** Fields whose value there is another one than what would be written; values as the provider writes them. */
  readonly differences: readonly { readonly field: string; readonly holds: Json; readonly wants: Json }[];
  /** Fields that would be left out. */
  readonly dropped: readonly DroppedField[];
}

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

/** A field the mapping names. */
export interface WantedField {
  readonly name: string;
  readonly label: string;
  readonly type: AttributeType;
  /** It is the key: its values have to be unique. */
  readonly key: boolean;
}

export interface PrepareRequest extends WriteTarget {
  readonly fields: readonly WantedField[];
  /** Only say what would be created. */
  readonly dryRun: boolean;
}

export interface PrepareReport {
  /** What was created (in a dry run: would be), a sentence each. */
  readonly created: readonly string[];
  /** What is missing and may not, or cannot, be created: sentences for an admin, with what to do. */
  readonly problems: readonly string[];
}

/** A person who is to be forgotten at the destination. */
export interface ErasedRecord {
  readonly profileId: string;
  readonly key: string;
  readonly remoteId: string;
  readonly memo: Json;
  /** Every address we know of the person: some providers have to be told each. */
  readonly emails: readonly string[];
}

export type EraseResult =
  | { readonly profileId: string; readonly status: 'erased'; readonly already: boolean }
  | { readonly profileId: string; readonly status: 'failed'; readonly error: DeliveryError };
