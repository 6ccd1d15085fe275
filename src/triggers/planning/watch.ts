import type { Purpose } from '../../consent/consent.js';
import type { EventSelection } from '../../segments/condition.js';
import type { Rule } from '../../segments/rule.js';
import { inputsOf } from '../../segments/inputs.js';

/**
 * What makes a run under way be looked at again at once, as texts that PostgreSQL can compare: something about its person that one of its
 * rules, exits or waits looks at has changed. A watch decides nothing; it only says that it is worth a look.
 */
export const watch = {
  attribute: (key: string): string => `attribute/${key}`,
  tags: 'tags',
  consent: (purpose: Purpose): string => `consent/${purpose}`,
  segment: (key: string): string => `segment/${key}`,
  event: (name: string): string => `event/${name}`,
  anyEvent: 'events',
} as const;

export const watchesOfEvents = ({ names }: Pick<EventSelection, 'names'>): readonly string[] =>
  names === undefined ? [watch.anyEvent] : names.map(watch.event);

/** Everything that can change a rule's answer, but time. */
export function watchesOfRule(rule: Rule, timeZone: string): readonly string[] {
  const inputs = inputsOf(rule, timeZone);
  const found = [
    ...[...inputs.attributes].map(watch.attribute),
    ...[...inputs.purposes].map(watch.consent),
    ...[...inputs.segments].map(watch.segment),
  ];
  if (inputs.tags) found.push(watch.tags);
  if (inputs.profileMoments) found.push(watch.anyEvent);
  for (const query of inputs.eventQueries) {
    const selections =
      query.kind === 'latest' ? [null] : query.kind === 'measure' ? [query.events] : [query.first, query.events];
    for (const selection of selections)
      found.push(...(selection?.names == null ? [watch.anyEvent] : selection.names.map(watch.event)));
  }
  return [...new Set(found)];
}
