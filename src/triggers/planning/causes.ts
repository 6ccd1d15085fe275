import type { BatchEvent, BatchProfile, SegmentChange } from '../../events/batch.js';
import type { AttributeValue } from '../../profiles/attribute.js';
import { ownValue } from '../../profiles/own-value.js';
import { type EventFacts, isSelected } from '../../segments/event-match.js';
import type { ActiveTrigger } from '../active-trigger.js';
import type { ScoreCause } from '../definition/cause.js';
import type { TriggerSet } from '../trigger-set.js';
import type { RunContext } from './run-context.js';

/** What makes a trigger run for a person. */
export interface FoundCause {
  readonly trigger: ActiveTrigger;
  readonly profileId: string;
  /** Unique for the trigger and the person. */
  readonly cause: string;
  readonly causedAt: Date;
  readonly eventId: string | null;
  readonly context: RunContext;
}

/** Name of the clock event that a round sends for each person of its segment. */
export const roundEvent = 'trigger_round';

const nothing: RunContext = { event: null, segment: null, about: null };

/** All causes that a batch holds for one person, in the order in which they came. @param events the person's new ones */
export function causesFor(
  held: BatchProfile,
  events: readonly BatchEvent[],
  set: TriggerSet,
  now: Date,
): readonly FoundCause[] {
  return [
    ...events.flatMap((event) => [...eventCauses(held, event, set, now), ...roundCauses(held, event, set)]),
    ...held.segmentChanges.flatMap((change) => segmentCauses(held, change, events, set)),
    ...scoreCauses(held, events, set, now),
  ];
}

/** What happened so long ago that nothing useful could follow, such as a CRM's history, causes nothing. */
function eventCauses(held: BatchProfile, event: BatchEvent, set: TriggerSet, now: Date): FoundCause[] {
  const candidates = [...(set.byEvent.get(event.incoming.name) ?? []), ...set.byAnyEvent];
  if (candidates.length === 0) return [];
  const facts = factsOf(event);
  return candidates.flatMap((trigger): FoundCause[] => {
    if (trigger.causeEvents === null || !isSelected(trigger.causeEvents, facts)) return [];
    if (now.getTime() - facts.occurredAtMs > trigger.usefulForMs) return [];
    return [
      {
        trigger,
        profileId: held.profile.id,
        cause: `event/${event.id}`,
        causedAt: event.occurredAt,
        eventId: event.id,
        context: { ...nothing, event: contextOf(event) },
      },
    ];
  });
}

function segmentCauses(
  held: BatchProfile,
  { segment, entered, at, cause: by, eventId }: SegmentChange,
  events: readonly BatchEvent[],
  set: TriggerSet,
): FoundCause[] {
  const does = entered ? 'enter' : 'leave';
  const event = events.find(({ id }) => id === eventId);
  return (set.bySegment.get(segment) ?? []).flatMap((trigger): FoundCause[] => {
    const { when } = trigger.definition;
    if (!('segment' in when) || 'schedule' in when || when.does !== does) return [];
    if (by === 'backfill' && !when.includeBackfill) return [];
    return [
      {
        trigger,
        profileId: held.profile.id,
        cause: `segment/${segment}/${does}/${at.toISOString()}`,
        causedAt: at,
        eventId,
        context: {
          ...nothing,
          segment: { key: segment, at: at.toISOString() },
          ...(event !== undefined && { event: contextOf(event) }),
        },
      },
    ];
  });
}

/** A score that was counted anew from the past has not moved because of something that has just happened. */
function scoreCauses(held: BatchProfile, events: readonly BatchEvent[], set: TriggerSet, now: Date): FoundCause[] {
  if (set.byScore.size === 0 || held.changedAttributes.size === 0) return [];
  const event = events.findLast(({ incoming }) => incoming.kind !== 'clock');
  return [...held.changedAttributes].flatMap((attribute) =>
    (set.byScore.get(attribute) ?? []).flatMap((trigger): FoundCause[] => {
      const { when } = trigger.definition;
      if (!('score' in when) || held.recountedScores?.has(when.score) === true) return [];
      const before = ownValue(held.before?.attributes ?? {}, attribute);
      const after = ownValue(held.profile.attributes, attribute);
      if (!crosses(when, before, after)) return [];
      const causedAt = event?.occurredAt ?? now;
      const what = when.level ?? String(when.rises ?? when.falls);
      return [
        {
          trigger,
          profileId: held.profile.id,
          cause: `score/${attribute}/${what}/${event?.id ?? now.toISOString()}`,
          causedAt,
          eventId: event?.id ?? null,
          context: {
            event: event === undefined ? null : contextOf(event),
            segment: null,
            about: after === undefined ? null : { attribute, value: after },
          },
        },
      ];
    }),
  );
}

function crosses(
  { rises, falls, level, does }: ScoreCause,
  before: AttributeValue | undefined,
  after: AttributeValue | undefined,
): boolean {
  if (level !== undefined) {
    const [was, is] = [before === level, after === level];
    return does === 'leave' ? was && !is : is && !was;
  }
  const [was, is] = [typeof before === 'number' ? before : -Infinity, typeof after === 'number' ? after : -Infinity];
  if (rises !== undefined) return was < rises && is >= rises;
  return falls !== undefined && was >= falls && is < falls;
}

/** A schedule has come for somebody who was in its segment a moment ago. */
function roundCauses(held: BatchProfile, { incoming, occurredAt }: BatchEvent, set: TriggerSet): FoundCause[] {
  if (incoming.kind !== 'clock' || incoming.name !== roundEvent) return [];
  const trigger = set.current.get(String(incoming.properties.trigger));
  const when = trigger?.definition.when;
  if (trigger === undefined || when === undefined || !('schedule' in when)) return [];
  const enteredAtMs = ownValue(held.profile.segments, when.segment);
  if (enteredAtMs === undefined) return [];
  const segment = { key: when.segment, at: new Date(enteredAtMs).toISOString() };
  return [
    {
      trigger,
      profileId: held.profile.id,
      cause: `schedule/${occurredAt.toISOString()}`,
      causedAt: occurredAt,
      eventId: null,
      context: { ...nothing, segment },
    },
  ];
}

const contextOf = ({ incoming, source }: BatchEvent): NonNullable<RunContext['event']> => ({
  name: incoming.name,
  channel: incoming.channel,
  source,
  text: incoming.text,
  properties: incoming.properties,
});

const factsOf = ({ source, incoming, occurredAt }: BatchEvent): EventFacts => ({
  kind: incoming.kind,
  name: incoming.name,
  channel: incoming.channel,
  source,
  occurredAtMs: occurredAt.getTime(),
  properties: incoming.properties,
});
