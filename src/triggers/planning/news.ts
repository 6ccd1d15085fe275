import type { BatchEvent, BatchProfile } from '../../events/batch.js';
import { watch } from './watch.js';

/** What is new about a person, as the watches of runs under way name it. */
export function newsOf(held: BatchProfile, events: readonly BatchEvent[]): readonly string[] {
  const news = [
    ...[...held.changedAttributes].map(watch.attribute),
    ...[...held.changedPurposes].map(watch.consent),
    ...held.segmentChanges.map(({ segment }) => watch.segment(segment)),
    ...events.flatMap(({ incoming }) => (incoming.kind === 'clock' ? [] : watch.event(incoming.name))),
  ];
  if (held.tagsChanged) news.push(watch.tags);
  if (events.some(({ incoming }) => incoming.kind !== 'clock')) news.push(watch.anyEvent);
  return [...new Set(news)];
}
