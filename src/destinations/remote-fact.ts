import type { Purpose } from '../consent/consent.js';
import type { IncomingAttribute } from '../events/incoming-event.js';
import type { AttributeType } from '../profiles/attribute.js';
import type { FieldValues } from './record.js';
import type { Json } from './json.js';

/** Whom a fact is about, as far as the provider says. */
export interface RecordReference {
  /** One of the destination's `objects`. */
  readonly object: string;
  /** The record's id there; null: not said. */
  readonly remoteId: string | null;
  /** Lower-cased. */
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
}

interface Fact {
  readonly about: RecordReference;
  /** When it happened there; null: not said. */
  readonly occurredAt: Date | null;
  /** Unique within the destination: the same fact by webhook and by poll has the same key. */
  readonly dedupeKey: string;
  /** We did it ourselves (integration user, change source, source id of our app): teaches nothing, and is not counted as news. */
  readonly own: boolean;
}

/** Fields of the record have these values now. */
export interface RecordChanged extends Fact {
  readonly kind: 'record_changed';
  readonly created: boolean;
  /** By the destination's field names, as its `fields` describe them; null: emptied there. */
  readonly fields: FieldValues;
  /** When the record was read with these values; left out: they are known to have been there when it happened. */
  readonly readAt?: Date;
}

/** The record is gone. `erased`: by a person's right to be forgotten, so our copy has to go as well. */
export interface RecordGone extends Fact {
  readonly kind: 'record_gone';
  readonly erased: boolean;
}

/** `about` is the record that stays; the others answer for it from now on, or not at all. */
export interface RecordMerged extends Fact {
  readonly kind: 'record_merged';
  readonly mergedIds: readonly string[];
  /** Which object the merged records are of; left out: the same as `about`. A lead that was converted has become a contact. */
  readonly mergedObject?: string | undefined;
}

/** What the person decided there. */
export interface ConsentSaid extends Fact {
  readonly kind: 'consent_said';
  readonly purpose: Purpose;
  readonly status: 'granted' | 'revoked';
  /** The provider's own words, with the reason if there is one. */
  readonly evidence: string;
}

/** Something that happened there: a deal was won, an e-mail opened, a ticket closed, an order placed. Becomes an event of its own. */
export interface Activity extends Fact {
  readonly kind: 'activity';
  /** Machine name, lower case with underscores: `deal_won`, `email_opened`. The same names at all providers for the same thing. */
  readonly name: string;
  /** Flat. Money as a number with its `currency` beside it; ids as strings. */
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** Attributes the connector has worked out from the record's whole history there; keys as declared in `derives`. */
export interface Derived extends Fact {
  readonly kind: 'derived';
  readonly attributes: readonly IncomingAttribute[];
}

/** One thing a provider has told us, by webhook or by a pull. */
export type RemoteFact = RecordChanged | RecordGone | RecordMerged | ConsentSaid | Activity | Derived;

/** One kind of history that can be pulled, as declared. */
export interface HistoryStream {
  /** Stable: `contacts`, `deals`, `email_activity`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly scopes: readonly string[];
  /** A finished pull leaves a watermark, and the next one reads only what has changed since. */
  readonly incremental: boolean;
  /** How often it is pulled unless the destination's `pulls` say otherwise. */
  readonly everyMs: number;
}

/** An attribute that `Derived` facts carry, as declared. */
export interface DerivedAttribute {
  /** camelCase, starting with the provider: `hubspotWonAmount`. */
  readonly key: string;
  readonly type: AttributeType;
  readonly label: string;
  /** How it is worked out, in one sentence. */
  readonly description: string;
}

export interface PullRequest {
  readonly stream: string;
  /** The object and the fields the destination's mapping reads, for streams that read whole records. */
  readonly object: string;
  readonly fields: readonly string[];
  /** Where the page before ended; null: the first page. */
  readonly cursor: Json;
  /** What the last finished pull left; null: everything there is. */
  readonly watermark: Json;
  /** Nothing older is wanted, also in a full pull; null: everything. */
  readonly notBefore: Date | null;
}

/** A page small enough to be processed in seconds; its facts are committed before the next one is asked for. */
export interface PullPage {
  readonly facts: readonly RemoteFact[];
  /** null: that was the last page. */
  readonly cursor: Json;
  /** To keep when the last page is done. With an overlap that covers the provider's lag: repeated facts are recognised by their keys. */
  readonly watermark: Json;
  readonly done: number;
  /** null: the provider does not say. */
  readonly total: number | null;
}
