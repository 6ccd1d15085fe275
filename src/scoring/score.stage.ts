import { Injectable } from '@nestjs/common';
import type { Batch, BatchEvent, BatchProfile, Stage } from '../events/batch.js';
import { type EventFacts, isSelected } from '../segments/event-match.js';
import { RecheckWaker } from '../segments/recheck-waker.service.js';
import { applyRfm } from './apply-rfm.js';
import { scoreAt } from './evaluate-score.js';
import { type ActiveScore, ScoreDirectory } from './score-directory.service.js';
import { levelKey } from './score-input.js';
import { advanceScore } from './score-state.js';
import {
  dropScoreStates,
  readScoreStates,
  type Remembered,
  type ScoreStateWrite,
  writeScoreStates,
} from './score-states.js';
import { setAttributes } from './set-attributes.js';

/** Below the lowest level. */
const noLevel = 'none';

/** Counts the scores of each profile that has news for them: its points and its level are attributes from then on. */
@Injectable()
export class ScoreStage implements Stage {
  readonly name = 'score';

  constructor(
    private readonly directory: ScoreDirectory,
    private readonly waker: RecheckWaker,
  ) {}

  async run(batch: Batch): Promise<void> {
    applyRfm(batch);
    const scores = this.directory.current;
    if (scores.length === 0) return;
    if (batch.merges.length > 0) await dropScoreStates(batch);
    const counted = countedIn(batch, scores);
    if (counted.length === 0) return;
    const remembered = await readScoreStates(
      batch,
      scores,
      counted.map(({ held }) => held.profile.id),
      new Set(counted.flatMap(({ held }) => (held.isNew ? held.profile.id : []))),
    );
    const writes = counted.flatMap((one) =>
      scores.flatMap((score) => count(one, score, remembered(one.held.profile.id, score), batch.now) ?? []),
    );
    await writeScoreStates(batch, writes);
    const soonest = Math.min(...writes.map(({ dueAt }) => dueAt?.getTime() ?? Infinity));
    if (Number.isFinite(soonest)) batch.afterCommit(() => this.waker.wake(soonest));
  }
}

/** One profile with the events that may count for it. */
interface Counted {
  readonly held: BatchProfile;
  readonly events: readonly BatchEvent[];
}

function countedIn(batch: Batch, scores: readonly ActiveScore[]): Counted[] {
  const losers = new Set(batch.merges.map(({ loser }) => loser));
  const events = Map.groupBy(
    batch.events.filter(({ repeated, profileId }) => !repeated && profileId !== ''),
    ({ profileId }) => profileId,
  );
  return [...batch.profiles.values()].flatMap((held) => {
    if (losers.has(held.profile.id)) return [];
    const own = events.get(held.profile.id) ?? [];
    return scores.some((score) => hasNews(score, held, own)) ? { held, events: own } : [];
  });
}

function hasNews(
  { key, compiled, readsProfile }: ActiveScore,
  held: BatchProfile,
  events: readonly BatchEvent[],
): boolean {
  if (held.everythingChanged || events.some(({ incoming }) => isRecheck(incoming))) return true;
  // Somebody else has written into it: what counts is what is counted.
  if (held.changedAttributes.has(key) || held.changedAttributes.has(levelKey(key))) return true;
  if (
    readsProfile &&
    (held.isNew || held.changedAttributes.size > 0 || held.tagsChanged || held.changedPurposes.size > 0)
  )
    return true;
  return events.some((event) => compiled.lines.some(({ selection }) => isSelected(selection, factsOf(event))));
}

const isRecheck = ({ kind, name }: BatchEvent['incoming']): boolean => kind === 'clock' && name === 'recheck';

/** null: nothing about this score has changed. */
function count({ held, events }: Counted, score: ActiveScore, before: Remembered, now: Date): ScoreStateWrite | null {
  let { state } = before;
  if (!before.isStored && !held.isNew && !held.everythingChanged)
    (held.recountedScores ??= new Set<string>()).add(score.key);
  for (const event of events)
    if (event.incoming.kind !== 'clock') state = advanceScore(score.compiled.lines, state, factsOf(event));
  const result = scoreAt(score.compiled, state, held.profile, now.getTime());
  const attributes = { [score.key]: result.points, [levelKey(score.key)]: result.level ?? noLevel };
  setAttributes(held, attributes, events.at(-1), now);
  const dueAt = result.nextChangeAtMs === null ? null : new Date(result.nextChangeAtMs);
  const isSame = before.isStored && result.state === before.state && dueAt?.getTime() === before.dueAt?.getTime();
  return isSame ? null : { profileId: held.profile.id, score, state: result.state, dueAt };
}

const factsOf = ({ source, incoming, occurredAt }: BatchEvent): EventFacts => ({
  kind: incoming.kind,
  name: incoming.name,
  channel: incoming.channel,
  source,
  occurredAtMs: occurredAt.getTime(),
  properties: incoming.properties,
});
