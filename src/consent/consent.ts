/** What a person may be contacted for. Storing a person's data in a CRM is not one of them: that is the mapping's decision. */
export const purposes = ['email', 'sms', 'whatsapp'] as const;
export type Purpose = (typeof purposes)[number];

export const consentStatuses = ['granted', 'revoked', 'unknown'] as const;
export type ConsentStatus = (typeof consentStatuses)[number];

/** The state of one purpose, with its proof. A purpose that is missing from `Consents` is `unknown`. */
export interface Consent {
  readonly status: ConsentStatus;
  /** When the person decided, as far as the source says; ISO 8601 in UTC. */
  readonly at: string;
  /** When the same decision was last repeated, if it was, be it by a stored field. */
  readonly confirmedAt?: string;
  /** When the person last decided so again, if they did: said anew, not only repeated by a stored field. An older contrary decision that arrives late does not count. */
  readonly decidedAt?: string;
  readonly source: string;
  /** What each field of each source said last, by `source/field`. Platforms repeat a stored tick with every message; a repetition is no new decision. */
  readonly statements?: Readonly<Record<string, Exclude<ConsentStatus, 'unknown'>>>;
  /** The event that proves it. */
  readonly event: string;
}

export type Consents = Readonly<Partial<Record<Purpose, Consent>>>;
