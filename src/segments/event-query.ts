import { eventKinds, type EventKind } from '../events/incoming-event.js';
import { durationMs } from './duration.js';
import type {
  ChannelCondition,
  Condition,
  EventCondition,
  EventSelection,
  PropertyFilter,
  SequenceCondition,
  SourceCondition,
} from './condition.js';
import { conditionsOf, type Rule } from './rule.js';
import { instantOf } from './zone-calendar.js';

/** A selection in the one form that equal selections have: sorted, kinds spelled out. null: any. */
export interface CanonicalSelection {
  readonly names: readonly string[] | null;
  readonly kinds: readonly EventKind[];
  readonly channels: readonly string[] | null;
  readonly sources: readonly string[] | null;
  readonly where: readonly PropertyFilter[];
}

/** `lastMs`: the window rolls; an event is in it while now < occurredAt + lastMs. `sinceMs`: from this moment on. null: ever. */
export type CanonicalWindow = { readonly lastMs: number } | { readonly sinceMs: number } | null;

/** The measures of some events. */
export interface MeasureQuery {
  readonly kind: 'measure';
  readonly events: CanonicalSelection;
  readonly window: CanonicalWindow;
  readonly property: string | null;
}

/** How a sequence went on after it had begun. */
export interface SequenceQuery {
  readonly kind: 'sequence';
  readonly first: CanonicalSelection;
  readonly window: CanonicalWindow;
  readonly then: SequenceCondition['then'];
  readonly events: CanonicalSelection;
  readonly afterMs: number;
}

/** Where the latest event of a conversation came from. */
export interface LatestQuery {
  readonly kind: 'latest';
  readonly of: 'channel' | 'source';
}

/** What has to be known of a profile's events. */
export type EventQuery = MeasureQuery | SequenceQuery | LatestQuery;

/** Kinds that come from a conversation; a CRM's news says nothing of the channel a person uses. */
export const conversationKinds = [
  'contact_snapshot', 'message_in', 'message_out', 'business_event', 'lifecycle',
] as const satisfies EventKind[]; // prettier-ignore

const usualKinds = eventKinds.filter((kind) => kind !== 'test' && kind !== 'clock');

const sorted = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort();

export const canonicalSelection = (events: EventSelection): CanonicalSelection => ({
  names: events.names === undefined ? null : sorted(events.names),
  kinds: sorted(events.kinds ?? usualKinds),
  channels: events.channels === undefined ? null : sorted(events.channels),
  sources: events.sources === undefined ? null : sorted(events.sources),
  where: (events.where ?? []).toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)),
});

/** @param timeZone in which a calendar day begins */
export function queryOfEvents(condition: EventCondition, timeZone: string): MeasureQuery {
  return {
    kind: 'measure',
    events: canonicalSelection(condition.events),
    window: windowOf(condition.within, timeZone),
    property: 'property' in condition ? condition.property : null,
  };
}

export function queryOfSequence(condition: SequenceCondition): SequenceQuery {
  return {
    kind: 'sequence',
    first: canonicalSelection(condition.sequence),
    window: condition.within === undefined ? null : { lastMs: durationMs(condition.within.last) },
    then: condition.then,
    events: canonicalSelection(condition.events),
    afterMs: durationMs(condition.after),
  };
}

/** Whether any event of a conversation had one of these channels or sources, or which the latest was. */
export function queryOfTouchpoint(condition: ChannelCondition | SourceCondition): MeasureQuery | LatestQuery {
  const [of, which] =
    'channel' in condition ? (['channel', condition.channel] as const) : (['source', condition.source] as const);
  if (which === 'last') return { kind: 'latest', of };
  const events = { kinds: [...conversationKinds], [of === 'channel' ? 'channels' : 'sources']: condition.value };
  return { kind: 'measure', events: canonicalSelection(events), window: null, property: null };
}

function windowOf(within: EventCondition['within'], timeZone: string): CanonicalWindow {
  if (within === undefined) return null;
  return 'last' in within ? { lastMs: durationMs(within.last) } : { sinceMs: instantOf(within.since, timeZone) };
}

/** The query a condition needs; null: it does not look at events. */
export function queryOf(condition: Condition, timeZone: string): EventQuery | null {
  if ('sequence' in condition) return queryOfSequence(condition);
  if ('events' in condition) return queryOfEvents(condition, timeZone);
  return 'channel' in condition || 'source' in condition ? queryOfTouchpoint(condition) : null;
}

/** The queries of a rule, each once. */
export function queriesOf(rule: Rule, timeZone: string): EventQuery[] {
  const found = conditionsOf(rule).flatMap((condition) => queryOf(condition, timeZone) ?? []);
  return [...new Map(found.map((query) => [queryKey(query), query])).values()];
}

/** Equal for queries that ask the same. */
export const queryKey = (query: EventQuery): string => JSON.stringify(query);

/** Gives each different query of all segments one slot, the place of its answer in `RuleSubject.aggregates`. Only grows. */
export class EventQueries {
  readonly #slots = new Map<string, number>();
  readonly #queries: EventQuery[] = [];

  slotOf(query: EventQuery): number {
    const key = queryKey(query);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = this.#queries.length;
    this.#slots.set(key, slot);
    this.#queries.push(query);
    return slot;
  }

  /** By slot. */
  get all(): readonly EventQuery[] {
    return this.#queries;
  }
}
