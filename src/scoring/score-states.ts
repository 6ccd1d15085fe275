import { z } from 'zod';
import { intArray, jsonbArray, textArray, uuidArray } from '../database/binary-array.js';
import type { Batch } from '../events/batch.js';
import { eventKinds } from '../events/incoming-event.js';
import type { EventFacts } from '../segments/event-match.js';
import type { ActiveScore } from './score-directory.service.js';
import { stateFromEvents } from './evaluate-score.js';
import { newScoreState, type ScoreState } from './score-state.js';

const readStates = {
  name: 'score-states-read',
  text: `SELECT profile_id, score, version, state, due_at FROM score_states WHERE profile_id = ANY ($1::uuid[])`,
};
const writeStates = {
  name: 'score-states-write',
  text: `INSERT INTO score_states (profile_id, score, version, state, due_at)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::jsonb[], $5::timestamptz[])
    ON CONFLICT (profile_id, score) DO UPDATE SET version = excluded.version, state = excluded.state, due_at = excluded.due_at`,
};
const dropStates = {
  name: 'score-states-drop',
  text: `DELETE FROM score_states WHERE profile_id = ANY ($1::uuid[])`,
};
/** A profile's whole past, in order, but for what this batch has just recorded: that is counted one by one. */
const readPast = {
  name: 'score-states-past',
  text: `SELECT profile_id, kind, name, channel, source, occurred_at, COALESCE(data -> 'properties', '{}') AS properties FROM events
    WHERE profile_id = ANY ($1::uuid[]) AND NOT (id = ANY ($2::uuid[])) ORDER BY profile_id, occurred_at, id`,
};

interface StateRow {
  readonly profile_id: string;
  readonly score: string;
  readonly version: number;
  readonly state: ScoreState;
  readonly due_at: Date | null;
}

/** A row of a profile's past. */
export interface PastRow extends Omit<EventFacts, 'occurredAtMs' | 'kind'> {
  readonly profile_id: string;
  readonly kind: string;
  readonly occurred_at: Date;
}

/** What one score remembers of one profile. */
export interface Remembered {
  readonly state: ScoreState;
  readonly dueAt: Date | null;
  /** It is stored like this; otherwise it was counted anew, and has to be. */
  readonly isStored: boolean;
}

/** What all scores remember of some profiles. Where nothing (or something of an older definition) is stored, the past is counted again. */
export async function readScoreStates(
  batch: Batch,
  scores: readonly ActiveScore[],
  profileIds: readonly string[],
  newIds: ReadonlySet<string>,
): Promise<(profileId: string, score: ActiveScore) => Remembered> {
  const known = profileIds.filter((id) => !newIds.has(id));
  const rows = known.length === 0 ? [] : await batch.query<StateRow>(readStates, [known]);
  const stored = new Map(rows.map((row) => [`${row.profile_id}/${row.score}`, row]));
  const isCurrent = (id: string, { key, version }: ActiveScore): boolean =>
    stored.get(`${id}/${key}`)?.version === version;
  const outdated = known.filter((id) => scores.some((score) => !isCurrent(id, score)));
  const past = outdated.length === 0 ? new Map<string, EventFacts[]>() : await readEvents(batch, outdated);
  return (profileId, score) => {
    const row = stored.get(`${profileId}/${score.key}`);
    if (row?.version === score.version) return { state: row.state, dueAt: row.due_at, isStored: true };
    const state = newIds.has(profileId) ? newScoreState : stateFromEvents(score.compiled, past.get(profileId) ?? []);
    return { state, dueAt: null, isStored: false };
  };
}

const kind = z.enum(eventKinds);

/** One profile's whole past, in the order in which it happened. */
export async function pastEvents(
  query: (text: string, values: readonly unknown[]) => Promise<PastRow[]>,
  profileId: string,
): Promise<EventFacts[]> {
  return byProfile(await query(readPast.text, [[profileId], []])).get(profileId) ?? [];
}

async function readEvents(batch: Batch, profileIds: readonly string[]): Promise<Map<string, EventFacts[]>> {
  return byProfile(await batch.query<PastRow>(readPast, [profileIds, batch.events.map(({ id }) => id)]));
}

function byProfile(rows: readonly PastRow[]): Map<string, EventFacts[]> {
  const past = new Map<string, EventFacts[]>();
  for (const { profile_id: id, kind: written, occurred_at: at, ...facts } of rows) {
    const event = { ...facts, kind: kind.parse(written), occurredAtMs: at.getTime() };
    const events = past.get(id);
    if (events === undefined) past.set(id, [event]);
    else events.push(event);
  }
  return past;
}

export interface ScoreStateWrite {
  readonly profileId: string;
  readonly score: ActiveScore;
  readonly state: ScoreState;
  readonly dueAt: Date | null;
}

export async function writeScoreStates(batch: Batch, writes: readonly ScoreStateWrite[]): Promise<void> {
  if (writes.length === 0) return;
  // In the order in which whoever marks them for a recount locks them.
  const sorted = writes.toSorted((left, right) => (left.profileId < right.profileId ? -1 : 1));
  await batch.query(writeStates, [
    uuidArray(sorted.map(({ profileId }) => profileId)),
    textArray(sorted.map(({ score }) => score.key)),
    intArray(sorted.map(({ score }) => score.version)),
    jsonbArray(sorted.map(({ state }) => JSON.stringify(state))),
    sorted.map(({ dueAt }) => dueAt),
  ]);
}

/** Of two that became one nothing is kept: the next count is of both pasts together. */
export async function dropScoreStates(batch: Batch): Promise<void> {
  await batch.query(dropStates, [batch.merges.flatMap(({ loser, survivor }) => [loser, survivor])]);
}
