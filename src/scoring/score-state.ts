import { durationMs } from '../segments/duration.js';
import { type EventFacts, isSelected } from '../segments/event-match.js';
import { type CanonicalSelection, canonicalSelection } from '../segments/event-query.js';
import { type EventPoints, mostRemembered, type ScoreDefinition } from './score.js';

/** What one line of a score remembers of the events of one profile. Small, and JSON. */
export interface LineState {
  /** Points that stay, or fade by half-lives, as they were at `atMs`. */
  readonly points: number;
  readonly atMs: number;
  /** Points that end at once: when the event was, and what it is worth; oldest first. */
  readonly events: readonly (readonly [atMs: number, points: number])[];
  /** When one counted last. */
  readonly countedAtMs: number | null;
}

/** What a score remembers of one profile: its event lines by their place in the definition, and the level it had. */
export interface ScoreState {
  readonly lines: Readonly<Record<string, LineState>>;
  readonly level: string | null;
}

export const newScoreState: ScoreState = { lines: {}, level: null };
const newLine: LineState = { points: 0, atMs: 0, events: [], countedAtMs: null };

/** An event line, ready to be asked. */
export interface EventLine {
  readonly place: string;
  readonly line: EventPoints;
  readonly selection: CanonicalSelection;
  /** null: the points do not fade this way. */
  readonly halfLifeMs: number | null;
  readonly endsAfterMs: number | null;
  readonly oncePerMs: number;
}

/** The lines of a score that are about events. */
export const eventLinesOf = ({ points }: ScoreDefinition): EventLine[] =>
  points.flatMap((line, index): EventLine[] => {
    if (!('events' in line)) return [];
    const { fades } = line;
    return [
      {
        place: String(index),
        line,
        selection: canonicalSelection(line.events),
        halfLifeMs: fades !== undefined && 'halfLife' in fades ? durationMs(fades.halfLife) : null,
        endsAfterMs: fades !== undefined && 'after' in fades ? durationMs(fades.after) : null,
        oncePerMs: line.oncePer === undefined ? 0 : durationMs(line.oncePer),
      },
    ];
  });

/**
 * The state after one more event; the same object where the event is worth nothing. Events may arrive in any order: what has faded since
 * is taken off. (With `atMost` and `oncePer` the order can make a difference, as it does for whoever counts along.)
 */
export function advanceScore(lines: readonly EventLine[], state: ScoreState, event: EventFacts): ScoreState {
  let next = state;
  for (const line of lines) {
    if (!isSelected(line.selection, event)) continue;
    const before = next.lines[line.place] ?? newLine;
    const after = advanceLine(line, before, event);
    if (after !== before) next = { ...next, lines: { ...next.lines, [line.place]: after } };
  }
  return next;
}

function advanceLine(line: EventLine, before: LineState, event: EventFacts): LineState {
  const points = worth(line, event);
  const atMs = event.occurredAtMs;
  const { countedAtMs } = before;
  if (points === 0) return before;
  if (countedAtMs !== null && Math.abs(atMs - countedAtMs) < line.oncePerMs) return before;
  const counted = { countedAtMs: countedAtMs === null ? atMs : Math.max(atMs, countedAtMs) };
  if (line.endsAfterMs !== null)
    return { ...before, ...counted, events: withEvent(line, before.events, [atMs, points]) };
  const now = Math.max(before.atMs, atMs);
  const sum = faded(line, before.points, now - before.atMs) + faded(line, points, now - atMs);
  return { ...before, ...counted, atMs: now, points: limited(line, sum) };
}

function worth({ line }: EventLine, { properties }: EventFacts): number {
  if (line.times === undefined) return line.points;
  const times = Object.hasOwn(properties, line.times) ? properties[line.times] : undefined;
  return typeof times === 'number' && times > 0 ? line.points * times : 0;
}

/** What is worth `atMost` by itself makes all older events needless: they end before it does. */
function withEvent(
  { line }: EventLine,
  events: LineState['events'],
  event: LineState['events'][number],
): LineState['events'] {
  const all = [...events, event].sort(([left], [right]) => left - right);
  const most = line.atMost ?? Infinity;
  let first = all.length;
  for (let sum = 0; first > 0 && sum < most && all.length - first < mostRemembered; first -= 1)
    sum += Math.abs(all[first - 1]?.[1] ?? 0);
  return all.slice(first);
}

const limited = ({ line }: EventLine, points: number): number =>
  line.atMost === undefined ? points : Math.min(Math.max(points, -line.atMost), line.atMost);

/** What is left of points after a time. */
const faded = ({ halfLifeMs }: EventLine, points: number, afterMs: number): number =>
  halfLifeMs === null ? points : points * 2 ** (-afterMs / halfLifeMs);

/** What a line is worth at a moment. */
export function linePoints(line: EventLine, state: LineState | undefined, nowMs: number): number {
  if (state === undefined) return 0;
  if (line.endsAfterMs === null) return faded(line, state.points, Math.max(0, nowMs - state.atMs));
  const { endsAfterMs } = line;
  let sum = 0;
  for (const [atMs, points] of state.events) if (nowMs < atMs + endsAfterMs) sum += points;
  return limited(line, sum);
}

/** The next moment at which points of a line end at once; Infinity: none do. */
export function nextEndMs({ endsAfterMs }: EventLine, state: LineState | undefined, nowMs: number): number {
  if (endsAfterMs === null || state === undefined) return Infinity;
  for (const [atMs] of state.events) if (atMs + endsAfterMs > nowMs) return atMs + endsAfterMs;
  return Infinity;
}
