import type { Batch } from '../events/batch.js';
import { rfmKeys, rfmOfProperties } from './rfm.js';
import { setAttributes } from './set-attributes.js';

/** Name of the clock event that brings one customer's new fifths: `score`, `recency`, `frequency`, `monetary`, and whether the definition is `anew`. */
export const rfmEvent = 'rfm';

/** Fifths are found for everybody together, outside; here they become attributes. */
export function applyRfm({ events, profiles, now }: Batch): void {
  for (const event of events) {
    const { incoming, repeated, profileId } = event;
    if (repeated || incoming.kind !== 'clock' || incoming.name !== rfmEvent) continue;
    const held = profiles.get(profileId);
    if (held === undefined) continue;
    const score = String(incoming.properties.score);
    const keys = rfmKeys(score);
    if (incoming.properties.anew === true) (held.recountedScores ??= new Set<string>()).add(score);
    const { recency, frequency, monetary, segment } = rfmOfProperties(incoming.properties);
    setAttributes(
      held,
      {
        [keys.recency]: recency,
        [keys.frequency]: frequency,
        [keys.monetary]: monetary,
        [keys.segment]: segment,
      },
      event,
      now,
    );
  }
}
