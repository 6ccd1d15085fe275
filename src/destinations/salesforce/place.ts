import type { DroppedField } from '../destination.js';
import type { PersonKind } from './person-kind.js';

/** Where a record is to be written, and what is known about what stands there. */
export interface Place {
  readonly kind: PersonKind;
  /** The record to write to; null: Salesforce finds it, or makes it, by our key. */
  readonly id: string | null;
  /** false: Salesforce has no such record; null: nobody looked. */
  readonly exists: boolean | null;
  /** What its tags field holds; null: there is no such record, or nobody looked. */
  readonly tags: string | null;
  /** What a person should know about how it was found. */
  readonly notes: readonly DroppedField[];
}

export const unseen = (kind: PersonKind): Place => ({ kind, id: null, exists: null, tags: null, notes: [] });
export const unborn = (kind: PersonKind): Place => ({ kind, id: null, exists: false, tags: null, notes: [] });
