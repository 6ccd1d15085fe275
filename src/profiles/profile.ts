import type { Consents } from '../consent/consent.js';
import type { AttributeValue } from './attribute.js';

/** Who set a value: the event, and when it happened in ms since 1970 (UTC). */
export type Provenance = readonly [eventId: string, atMs: number];

/** As `Provenance`; a tag that was taken away keeps its row, so that an older event cannot bring it back. */
export type TagProvenance = readonly [eventId: string, atMs: number, present: boolean];

/** One person, as the pipeline works on it. Immutable: each change makes the next one. */
export interface Profile {
  readonly id: string;
  /** Grows by one whenever something changed; 0: not stored yet. */
  readonly version: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly attributeProvenance: Readonly<Record<string, Provenance>>;
  readonly tags: readonly string[];
  readonly tagProvenance: Readonly<Record<string, TagProvenance>>;
  readonly consents: Consents;
  /** The segments the person is in, by key, with the moment of entry in ms since 1970. */
  readonly segments: Readonly<Record<string, number>>;
  readonly createdAt: Date;
  readonly lastEventAt: Date;
}

export const newProfile = (id: string, now: Date): Profile => ({
  id,
  version: 0,
  attributes: {},
  attributeProvenance: {},
  tags: [],
  tagProvenance: {},
  consents: {},
  segments: {},
  createdAt: now,
  lastEventAt: now,
});

/** Are two stored values the same? Lists are compared in order. */
export function sameValue(left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (left === right) return true;
  if (!Array.isArray(left) || !Array.isArray(right)) return false;
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
