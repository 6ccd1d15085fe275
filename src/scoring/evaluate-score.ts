import { type CompiledRule, compileRule, type RuleEnvironment } from '../segments/evaluate.js';
import type { EventFacts } from '../segments/event-match.js';
import type { RuleProfile } from '../segments/subject.js';
import { levelOf } from './levels.js';
import type { ScoreDefinition } from './score.js';
import {
  advanceScore,
  type EventLine,
  eventLinesOf,
  linePoints,
  newScoreState,
  nextEndMs,
  type ScoreState,
} from './score-state.js';

/** A score, ready for a great many profiles. */
export interface CompiledScore {
  readonly definition: ScoreDefinition;
  readonly lines: readonly EventLine[];
  readonly states: readonly { readonly points: number; readonly rule: CompiledRule }[];
}

/** What a score came to. */
export interface ScoreResult {
  /** Whole points, rounded down: what the attribute holds. */
  readonly points: number;
  readonly level: string | null;
  /** With the level, which the next evaluation needs to know. */
  readonly state: ScoreState;
  /** The earliest moment at which the level, or the points by a whole step, could change without news; null: never. */
  readonly nextChangeAtMs: number | null;
}

/** @param environment as for segments; event queries are never asked */
export function compileScore(definition: ScoreDefinition, environment: RuleEnvironment): CompiledScore {
  const { timeZone } = definition;
  return {
    definition,
    lines: eventLinesOf(definition),
    states: definition.points.flatMap((line) =>
      'when' in line
        ? {
            points: line.points,
            rule: compileRule(
              { version: 1, ...(timeZone !== undefined && { timeZone }), all: [line.when] },
              environment,
            ),
          }
        : [],
    ),
  };
}

/** The score at a moment, from what is remembered and what the profile is like. */
export function scoreAt(score: CompiledScore, state: ScoreState, profile: RuleProfile, nowMs: number): ScoreResult {
  const exact = exactPoints(score, state, profile, nowMs);
  const level = levelOf(score.definition.levels, exact, state.level);
  const settled = level === state.level ? state : { ...state, level };
  return {
    points: Math.floor(exact),
    level,
    state: settled,
    nextChangeAtMs: nextChange(score, settled, profile, nowMs, exact),
  };
}

/** The state that a profile's whole history leads to, for a new or changed score. Events in the order in which they happened. */
export const stateFromEvents = ({ lines }: CompiledScore, events: Iterable<EventFacts>): ScoreState => {
  let state = newScoreState;
  for (const event of events) state = advanceScore(lines, state, event);
  return state;
};

/** What each line of the definition is worth for a profile, in the order in which they are written. */
export function pointsByLine(
  { definition, lines, states }: CompiledScore,
  state: ScoreState,
  profile: RuleProfile,
  atMs: number,
): number[] {
  const held = states.values();
  const counted = lines.values();
  return definition.points.map((line) => {
    if ('events' in line) {
      const next = counted.next().value;
      return next === undefined ? 0 : linePoints(next, state.lines[next.place], atMs);
    }
    return held.next().value?.rule.holds({ profile, aggregates: [] }, atMs) === true ? line.points : 0;
  });
}

/** Not rounded: what levels are decided by. */
export function exactPoints(
  { definition, lines, states }: CompiledScore,
  state: ScoreState,
  profile: RuleProfile,
  atMs: number,
): number {
  let sum = 0;
  for (const line of lines) sum += linePoints(line, state.lines[line.place], atMs);
  for (const { points, rule } of states) if (rule.holds({ profile, aggregates: [] }, atMs)) sum += points;
  return Math.min(Math.max(cleaned(sum), definition.least), definition.most);
}

/** Sums of binary fractions miss whole numbers by a hair; a billionth of a point is none. */
const cleaned = (points: number): number =>
  Math.abs(points - Math.round(points)) < 1e-9 ? Math.round(points) : points;

/** After so many half-lives nothing is left of any score that a number of ours can hold. */
const halfLivesToNothing = 64;

function nextChange(
  score: CompiledScore,
  state: ScoreState,
  profile: RuleProfile,
  nowMs: number,
  exact: number,
): number | null {
  const { definition, lines } = score;
  const steadyUntilMs = Math.min(
    ...lines.map((line) => nextEndMs(line, state.lines[line.place], nowMs)),
    ...score.states.map(({ rule }) => Math.abs(rule.outlook({ profile, aggregates: [] }, nowMs))),
  );
  const fading = lines.filter(
    ({ halfLifeMs, place }) => halfLifeMs !== null && (state.lines[place]?.points ?? 0) !== 0,
  );
  if (fading.length === 0) return Number.isFinite(steadyUntilMs) ? steadyUntilMs : null;
  const slowest = Math.max(...fading.map(({ halfLifeMs }) => halfLifeMs ?? 0));
  const endMs = Math.min(steadyUntilMs, nowMs + Math.ceil(slowest * halfLivesToNothing));
  const mark = (points: number): string =>
    `${Math.floor(Math.floor(points) / definition.step)} ${levelOf(definition.levels, points, state.level) ?? ''}`;
  const present = mark(exact);
  const isSame = (atMs: number): boolean => mark(exactPoints(score, state, profile, atMs)) === present;
  const crossing = firstChange(nowMs, endMs, isSame);
  return crossing ?? (Number.isFinite(steadyUntilMs) ? steadyUntilMs : null);
}

/**
 * The first millisecond in which things are not the same any more, before the end; null: they stay. Points that fade are all above zero or
 * all below (the schema sees to it), so the score moves one way only, and halving the time finds the moment.
 */
function firstChange(nowMs: number, endMs: number, isSame: (atMs: number) => boolean): number | null {
  let [same, other] = [nowMs, endMs - 1];
  if (same >= other || isSame(other)) return null;
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (isSame(middle)) same = middle;
    else other = middle;
  }
  return other;
}
