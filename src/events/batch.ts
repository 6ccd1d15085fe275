import type { Purpose } from '../consent/consent.js';
import type { Profile } from '../profiles/profile.js';
import type { Decision } from './decision.js';
import type { IncomingAttribute, IncomingEvent } from './incoming-event.js';

/** One event on its way through the pipeline. What the stages find out is written here. */
export interface BatchEvent {
  readonly id: string;
  readonly source: string;
  /** As the source said it, without what a stage has found to be no news. */
  incoming: IncomingEvent;
  /** The body as it came. */
  readonly raw: string;
  readonly receivedAt: Date;
  readonly occurredAt: Date;
  /** Seen before: nothing is applied, the caller is answered from what is known. */
  repeated: boolean;
  /** Set by identify. */
  profileId: string;
  /** Attributes with their declared types, set by declare. */
  attributes: readonly Pick<IncomingAttribute, 'key' | 'value' | 'beats'>[];
  readonly notes: string[];
  /** Set by decide, the last stage. */
  decision: Decision | null;
}

/** A profile has entered or left a segment. */
export interface SegmentChange {
  readonly segment: string;
  readonly entered: boolean;
  readonly at: Date;
  /** News, time, or a rule that was changed: triggers leave the last out unless they are asked not to. */
  readonly cause: 'event' | 'clock' | 'backfill';
  /** The event that did it; null: none did. */
  readonly eventId: string | null;
  /** The version of the segment's rule. */
  readonly segmentVersion: number;
}

/** A profile that this batch holds locked, and what the batch has changed in it so far. */
export interface BatchProfile {
  profile: Profile;
  /** As it was stored before this batch; null: it is new. */
  readonly before: Profile | null;
  readonly isNew: boolean;
  readonly changedAttributes: Set<string>;
  tagsChanged: boolean;
  readonly changedPurposes: Set<Purpose>;
  /** Segments it has entered or left in this batch. */
  readonly segmentChanges: SegmentChange[];
  /** It got an identifier it did not have. */
  identitiesChanged: boolean;
  /** Provenance or the time of the last event moved: to be stored, though nobody else needs to know. */
  touched: boolean;
  /** Made of two: everything may be news. */
  everythingChanged: boolean;
  /** Scores that were counted from the whole past because they are new or changed: what moves them happened long ago. Left out: none. */
  recountedScores?: Set<string>;
  /** Destinations that have just told something else than the profile says now: they are told again. Left out: none. */
  contradicted?: Set<string>;
}

/** A prepared statement: the name lets PostgreSQL keep its plan. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Everything a stage may touch: the open transaction, the events in order of arrival, the profiles they are about. */
export interface Batch {
  readonly now: Date;
  readonly events: readonly BatchEvent[];
  /** Locked for the whole transaction, by id. Filled by identify. */
  readonly profiles: Map<string, BatchProfile>;
  /** Profiles that turned out to be one person, in this batch. */
  readonly merges: { readonly survivor: string; readonly loser: string }[];
  query<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Runs once the transaction is committed, never if it is not. */
  afterCommit(act: () => void): void;
}

/**
 * One step of the pipeline. Works on the whole batch with set-based SQL, and asks for locks in a fixed order (sorted), so that
 * two batches never wait for each other. A stage is one file of the feature that owns its table, and one line in `stages.ts`.
 */
export interface Stage {
  readonly name: string;
  run(batch: Batch): Promise<void>;
}

/** Thrown by a stage when another transaction came in between: the whole batch is tried again. */
export class BatchConflictError extends Error {
  override readonly name = 'BatchConflictError';
}
