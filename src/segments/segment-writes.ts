import { intArray, textArray, timestampArray, uuidArray } from '../database/binary-array.js';
import type { Batch, SegmentChange } from '../events/batch.js';

const stayColumns = 'segment, profile_id, entered_at, entered_by, entered_event, segment_version';
const newStays = '$1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::uuid[], $6::int[]';
/** Of people who are new: they can have no stays yet, and looking for them costs as much as writing. */
const beginStays = {
  name: 'segment-memberships-begin',
  text: `INSERT INTO segment_memberships (${stayColumns}) SELECT * FROM unnest(${newStays})`,
};
const openStays = {
  name: 'segment-memberships-open',
  text: `INSERT INTO segment_memberships (${stayColumns}) SELECT * FROM unnest(${newStays})
    ON CONFLICT (profile_id, segment, entered_at) DO UPDATE SET left_at = NULL, left_by = NULL, left_event = NULL`,
};
const closeStays = {
  name: 'segment-memberships-close',
  text: `UPDATE segment_memberships m SET left_at = GREATEST(m.entered_at, t.at), left_by = t.cause, left_event = t.event
    FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::uuid[]) AS t (segment, profile_id, at, cause, event)
    WHERE m.segment = t.segment AND m.profile_id = t.profile_id AND m.left_at IS NULL`,
};
export const dropRechecks = {
  name: 'segment-rechecks-drop',
  text: `DELETE FROM segment_rechecks WHERE profile_id = ANY ($1::uuid[])`,
};
/** A part of the answers was found anew: the others may still change before that. */
const bringForward = {
  name: 'segment-rechecks-bring-forward',
  text: `INSERT INTO segment_rechecks AS known (profile_id, due_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
    ON CONFLICT (profile_id) DO UPDATE SET due_at = excluded.due_at WHERE known.due_at > excluded.due_at`,
};
const setRechecks = {
  name: 'segment-rechecks-set',
  text: `INSERT INTO segment_rechecks AS known (profile_id, due_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
    ON CONFLICT (profile_id) DO UPDATE SET due_at = excluded.due_at WHERE known.due_at <> excluded.due_at`,
};

/** An entry or exit of one profile. */
export interface StayChange extends SegmentChange {
  readonly profileId: string;
  readonly isNewProfile: boolean;
}

/** Entries and exits, as the history keeps them. */
export async function writeStays(batch: Batch, changes: readonly StayChange[]): Promise<void> {
  const entries = changes.filter(({ entered }) => entered);
  for (const [isNew, statement] of [
    [true, beginStays],
    [false, openStays],
  ] as const) {
    const own = entries.filter(({ isNewProfile }) => isNewProfile === isNew);
    if (own.length === 0) continue;
    await batch.query(statement, [...columnsOf(own), intArray(own.map(({ segmentVersion }) => segmentVersion))]);
  }
  const exits = changes.filter(({ entered }) => !entered);
  if (exits.length > 0) await batch.query(closeStays, columnsOf(exits));
}

/** Segment, profile, moment, cause, event. */
function columnsOf(changes: readonly StayChange[]): unknown[] {
  const eventIds = changes.flatMap(({ eventId }) => eventId ?? []);
  return [
    textArray(changes.map(({ segment }) => segment)),
    uuidArray(changes.map(({ profileId }) => profileId)),
    timestampArray(changes.map(({ at }) => at)),
    textArray(changes.map(({ cause }) => cause)),
    eventIds.length === changes.length ? uuidArray(eventIds) : changes.map(({ eventId }) => eventId),
  ];
}

/** When a profile's answers could change by themselves. `whole`: all of them were found anew. */
export interface NextChange {
  readonly profileId: string;
  /** null: never. */
  readonly atMs: number | null;
  readonly whole: boolean;
}

export async function writeRechecks(batch: Batch, next: readonly NextChange[]): Promise<void> {
  const never = next.filter(({ atMs, whole }) => atMs === null && whole);
  if (never.length > 0) await batch.query(dropRechecks, [uuidArray(never.map(({ profileId }) => profileId))]);
  for (const [whole, statement] of [
    [true, setRechecks],
    [false, bringForward],
  ] as const) {
    const due = next.flatMap(({ profileId, atMs, whole: all }) =>
      atMs !== null && all === whole ? { profileId, at: new Date(atMs) } : [],
    );
    if (due.length === 0) continue;
    due.sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
    await batch.query(statement, [
      uuidArray(due.map(({ profileId }) => profileId)),
      timestampArray(due.map(({ at }) => at)),
    ]);
  }
}
