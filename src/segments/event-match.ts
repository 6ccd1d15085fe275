import type { EventKind } from '../events/incoming-event.js';
import { ownValue } from '../profiles/own-value.js';
import { whenUnknown } from './comparison.js';
import type { CanonicalSelection } from './event-query.js';
import { fold } from './fold.js';
import { matchesGlob } from './glob.js';
import { propertyTest, type TextMatch, type ValueTest } from './leaf.js';
import { inNumberRange } from './number-range.js';

/** An event, as far as rules and scores look at it. */
export interface EventFacts {
  readonly kind: EventKind;
  readonly name: string;
  readonly channel: string | null;
  readonly source: string;
  readonly occurredAtMs: number;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** Is this event one of those that are meant? The same answer as `selectionSql` has. */
export function isSelected(selection: CanonicalSelection, event: EventFacts): boolean {
  return (
    isAmong(selection.names, event.name) &&
    isAmong(selection.kinds, event.kind) &&
    isAmong(selection.channels, event.channel) &&
    isAmong(selection.sources, event.source) &&
    selection.where.every((filter) =>
      passes(ownValue(event.properties, filter.property), propertyTest(filter), whenUnknown[filter.operator]),
    )
  );
}

const isAmong = (values: readonly string[] | null, value: string | null): boolean =>
  values === null || (value !== null && values.includes(value));

function passes(value: string | number | boolean | undefined, test: ValueTest, unknownAnswer: boolean): boolean {
  switch (test.test) {
    case 'known':
      return (value === undefined) === unknownAnswer;
    case 'equal':
      return (value !== undefined && test.values.includes(value)) !== test.negate;
    case 'text':
      return (typeof value === 'string' && textMatches[test.how](fold(value), test.wanted)) !== test.negate;
    case 'number':
      return typeof value === 'number' && inNumberRange(test.range, value);
    case 'time':
    case 'birthday':
    case 'list':
      return false; // not offered for properties
  }
}

const textMatches = {
  contains: (text, wanted) => text.includes(wanted),
  startsWith: (text, wanted) => text.startsWith(wanted),
  endsWith: (text, wanted) => text.endsWith(wanted),
  matches: matchesGlob,
} satisfies Record<TextMatch, (text: string, wanted: string) => boolean>;
