import type { ConsentStatus, Purpose } from '../consent/consent.js';
import type { TypedValue } from '../profiles/attribute.js';
import type { Identity } from '../profiles/identity.js';

export const eventKinds = [
  /** The platform sent what it knows of the contact. */
  'contact_snapshot',
  /** The person wrote. */
  'message_in',
  /** A bot or an agent wrote: kept, but nothing a profile learns from. */
  'message_out',
  /** A business fact the bot's author named, for example `order_placed`. */
  'business_event',
  /** The platform told something about the conversation itself: assigned, closed, opened. */
  'lifecycle',
  /** A CRM told what its record says now: fields, consents, a merge. */
  'crm_record',
  /** Something happened at a CRM: a deal was won, an e-mail opened, an order placed. */
  'crm_activity',
  /** A person corrected something in Parley itself. */
  'edit',
  /** A time window has just closed. */
  'clock',
  /** Sent from a test console: kept, never synced. */
  'test',
] as const;
export type EventKind = (typeof eventKinds)[number];

export interface IncomingAttribute extends TypedValue {
  /** Machine name, see `attributeKey`. */
  readonly key: string;
  /** The caption a person reads at the platform. */
  readonly label: string;
  /** Which present value gives way to it: an older one, as when left out; any; none, so that it only fills a gap. */
  readonly beats?: 'older' | 'any' | 'none';
}

export interface IncomingConsent {
  readonly purpose: Purpose;
  readonly status: Exclude<ConsentStatus, 'unknown'>;
  /** The platform's own words for it, for example `optin_email: true`. */
  readonly evidence: string;
  /**
   * The stored field that says it, for example `optin_email`: platforms repeat it with every message, and what it merely repeats is no new
   * decision. null: said once, in this event.
   */
  readonly field: string | null;
}

/**
 * What makes two deliveries the same fact. `key` is unique within the source.
 * `windowMs` is how long a second one counts as a repetition; `null` means for as long as we remember.
 */
export interface DedupeKey {
  readonly key: string;
  readonly windowMs: number | null;
}

/** Part of a destination's record, as the destination itself has just told. */
export interface HeldRecord {
  readonly destination: string;
  readonly remoteId: string | null;
  /** By the destination's field names; null: empty there. */
  readonly fields: Readonly<Record<string, TypedValue | null>>;
  /** It told a decision about these purposes. */
  readonly purposes: readonly Purpose[];
  /** Until when it was so; left out: when the event happened. */
  readonly readAt?: Date;
}

/** One fact, in our words, as a chat platform's `parse` returns it. Immutable; nothing here depends on what we knew before. */
export interface IncomingEvent {
  readonly kind: EventKind;
  /** Machine name: `message`, `contact`, or the author's own event name. */
  readonly name: string;
  /** When it happened according to the platform; null: not said, so it counts as now. */
  readonly occurredAt: Date | null;
  readonly dedupe: DedupeKey;
  /** Another key: who repeats either of them is a repetition. For platforms that send one fact again under a new id. Left out: there is none. */
  readonly alsoDedupe?: DedupeKey;
  /** `whatsapp`, `instagram`, `messenger`, `web`, `telegram` …; null: not known. */
  readonly channel: string | null;
  /** The profile it is about, where that is known by its id (the clock, an edit in Parley); its identities are then not looked at. */
  readonly profileId?: string;
  /** At least one, unless `profileId` says whom it is about. The strongest first: a platform's own id before an e-mail or phone that a person typed. */
  readonly identities: readonly Identity[];
  readonly attributes: readonly IncomingAttribute[];
  readonly tagsAdded: readonly string[];
  readonly tagsRemoved: readonly string[];
  readonly consents: readonly IncomingConsent[];
  readonly text: string | null;
  /** Facts of this event alone that do not describe the person, for example a message's type. Flat. */
  readonly properties: Readonly<Record<string, string | number | boolean>>;
  /** What a destination is known to hold now, since it has just said so: its own news does not go back to it. Left out: not from a destination. */
  readonly held?: HeldRecord;
  /** What was left out on the way and why, in a sentence each, for the person who looks at the event. */
  readonly notes: readonly string[];
}
