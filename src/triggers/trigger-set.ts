import type { EventQueries } from '../segments/event-query.js';
import type { ActiveTrigger } from './active-trigger.js';
import { watchesAt } from './active-trigger.js';
import type { Catalog } from './catalog.js';
import { watch } from './planning/watch.js';
import { levelKey } from '../scoring/score-input.js';

/** All triggers as one unit, found by what causes and wakes them. */
export interface TriggerSet {
  /** Enabled, in their current version: they make new runs. */
  readonly current: ReadonlyMap<string, ActiveTrigger>;
  /** By the segment that is entered or left. */
  readonly bySegment: ReadonlyMap<string, readonly ActiveTrigger[]>;
  /** By segment: all versions whose runs end when a person leaves it. */
  readonly endingWith: ReadonlyMap<string, readonly ActiveTrigger[]>;
  readonly byEvent: ReadonlyMap<string, readonly ActiveTrigger[]>;
  readonly byAnyEvent: readonly ActiveTrigger[];
  /** By the attribute that holds the score or its level. */
  readonly byScore: ReadonlyMap<string, readonly ActiveTrigger[]>;
  readonly byDate: readonly ActiveTrigger[];
  /** Every watch that a run can have: news about anything else wakes nobody. */
  readonly watched: ReadonlySet<string>;
  readonly queries: EventQueries;
  readonly catalog: Catalog;
  /** Also older versions that runs are in, and triggers that are switched off. */
  version(trigger: string, version: number): ActiveTrigger | undefined;
}

const versionKey = (trigger: string, version: number): string => `${trigger}/${String(version)}`;

/** @param current keys of the enabled ones with their current version */
export function triggerSet(
  versions: readonly ActiveTrigger[],
  current: ReadonlyMap<string, number>,
  queries: EventQueries,
  catalog: Catalog,
): TriggerSet {
  const byVersion = new Map(versions.map((trigger) => [versionKey(trigger.key, trigger.version), trigger]));
  const active = versions.filter(({ key, version }) => current.get(key) === version);
  const bySegment = new Map<string, ActiveTrigger[]>();
  const endingWith = new Map<string, ActiveTrigger[]>();
  for (const trigger of versions) {
    const { when, whenLeft } = trigger.definition;
    if ('does' in when && 'segment' in when && when.does === 'enter' && whenLeft === 'cancel')
      add(endingWith, when.segment, trigger);
  }
  const byEvent = new Map<string, ActiveTrigger[]>();
  const byScore = new Map<string, ActiveTrigger[]>();
  const byAnyEvent: ActiveTrigger[] = [];
  for (const trigger of active) {
    const { when } = trigger.definition;
    if ('schedule' in when || 'date' in when) continue;
    if ('segment' in when) add(bySegment, when.segment, trigger);
    else if ('score' in when) add(byScore, when.level === undefined ? when.score : levelKey(when.score), trigger);
    else if (when.event.names === undefined) byAnyEvent.push(trigger);
    else for (const name of when.event.names) add(byEvent, name, trigger);
  }
  return {
    current: new Map(active.map((trigger) => [trigger.key, trigger])),
    bySegment,
    endingWith,
    byEvent,
    byAnyEvent,
    byScore,
    byDate: active.filter(({ definition }) => 'date' in definition.when),
    watched: new Set(
      versions.flatMap((trigger) => [...trigger.program.steps.values()].flatMap((step) => watchesAt(trigger, step))),
    ),
    queries,
    catalog,
    version: (trigger, version) => byVersion.get(versionKey(trigger, version)),
  };
}

/** Does anything begin, end or wake when somebody enters the segment or leaves it? */
export const isFollowed = ({ bySegment, endingWith, watched }: TriggerSet, segment: string): boolean =>
  bySegment.has(segment) || endingWith.has(segment) || watched.has(watch.segment(segment));

function add(map: Map<string, ActiveTrigger[]>, key: string, trigger: ActiveTrigger): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [trigger]);
  else list.push(trigger);
}
