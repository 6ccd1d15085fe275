import type { Consents } from '../consent/consent.js';
import type { AttributeValue } from '../profiles/attribute.js';

/** What a rule reads of a profile. */
export interface RuleProfile {
  readonly id: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly tags: readonly string[];
  readonly consents: Consents;
  /** The segments the profile is in, each with the moment of entry in ms since 1970. */
  readonly segments: Readonly<Record<string, number>>;
  readonly createdAt: Date;
  readonly lastEventAt: Date;
}

/** What one event query found for one profile, at one moment. */
export interface EventAggregate {
  /** How many events (of a sequence: beginnings that count). */
  readonly count: number;
  /** Of the first and the last of them, ms since 1970; null: there is none. */
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
  /** Of the query's property, over the events where it is a number; null: nowhere. */
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly average: number | null;
  /** The latest channel or source, for a query that asks for it. */
  readonly latest: string | null;
}

export const noEvents: EventAggregate = {
  count: 0,
  firstAtMs: null,
  lastAtMs: null,
  sum: null,
  min: null,
  max: null,
  average: null,
  latest: null,
};

/** One person, as a compiled rule takes it. */
export interface RuleSubject {
  readonly profile: RuleProfile;
  /** By slot, see `EventQueries`; a slot without an entry counts as no events. Fetched for the same moment as the evaluation. */
  readonly aggregates: readonly (EventAggregate | undefined)[];
}
