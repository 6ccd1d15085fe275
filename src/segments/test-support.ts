import type { EventKind } from '../events/incoming-event.js';
import { type EventFacts, isSelected } from './event-match.js';
import { conversationKinds, type EventQuery } from './event-query.js';
import { type EventAggregate, noEvents, type RuleProfile } from './subject.js';

export interface TestEvent extends EventFacts {
  readonly id: string;
}

export interface TestPerson {
  readonly profile: RuleProfile;
  readonly events: readonly TestEvent[];
}

export const hourMs = 3_600_000;

const testThresholds: ReadonlyMap<string, number> = new Map([
  ['top 5 age', 18],
  ['bottom 50 age', 1],
]);

/** What an event query finds among events at a moment, written down as simply as possible. */
export function aggregateOf(query: EventQuery, all: readonly TestEvent[], nowMs: number): EventAggregate {
  const past = all.filter(({ occurredAtMs }) => occurredAtMs <= nowMs).toSorted(byTime);
  if (query.kind === 'latest') {
    const isConversation = (kind: EventKind): boolean => conversationKinds.some((each) => each === kind);
    const found = past.findLast((each) => isConversation(each.kind) && each[query.of] !== null);
    return found === undefined ? noEvents : { ...measured([found], null), latest: found[query.of] };
  }
  const { window } = query;
  const isRecent = ({ occurredAtMs }: TestEvent): boolean =>
    window === null || ('lastMs' in window ? nowMs < occurredAtMs + window.lastMs : occurredAtMs >= window.sinceMs);
  if (query.kind === 'measure')
    return measured(
      past.filter((each) => isRecent(each) && isSelected(query.events, each)),
      query.property,
    );
  const begun = past.filter((each) => isRecent(each) && isSelected(query.first, each));
  const isFollowed = (first: TestEvent): boolean =>
    past.some(
      (each) =>
        byTime(first, each) < 0 &&
        isSelected(query.events, each) &&
        (query.then === 'stillNot' || each.occurredAtMs < first.occurredAtMs + query.afterMs),
    );
  if (query.then === 'did') return measured(begun.filter(isFollowed), null);
  const latest = begun.at(-1);
  return latest === undefined ? noEvents : { ...measured([latest], null), count: isFollowed(latest) ? 0 : 1 };
}

const byTime = (left: TestEvent, right: TestEvent): number =>
  left.occurredAtMs - right.occurredAtMs || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);

function measured(events: readonly TestEvent[], property: string | null): EventAggregate {
  const values = events.flatMap((each) => {
    const value = property === null ? undefined : each.properties[property];
    return typeof value === 'number' ? value : [];
  });
  const has = values.length > 0;
  const sum = values.reduce((left, right) => left + right, 0);
  return {
    count: events.length,
    firstAtMs: events[0]?.occurredAtMs ?? null,
    lastAtMs: events.at(-1)?.occurredAtMs ?? null,
    sum: has ? sum : null,
    min: has ? Math.min(...values) : null,
    max: has ? Math.max(...values) : null,
    average: has ? sum / values.length : null,
    latest: null,
  };
}

/** Somebody of whom only the given is known. */
export const testPerson = (known: Partial<RuleProfile> = {}): RuleProfile => ({
  id: '0198c0de-0000-7000-8000-000000000001',
  attributes: {},
  tags: [],
  consents: {},
  segments: {},
  createdAt: new Date(0),
  lastEventAt: new Date(0),
  ...known,
});

export const testEnvironment = (zone: string) => ({
  timeZone: zone,
  salt: 'some segment',
  thresholds: testThresholds,
});
