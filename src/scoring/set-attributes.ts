import type { BatchEvent, BatchProfile } from '../events/batch.js';
import { applyEvent } from '../profiles/apply-event.js';
import type { AttributeValue } from '../profiles/attribute.js';

/**
 * Writes what a score has come to into the profile. What only the clock changes is put down to the event that set the value last: the clock
 * itself proves nothing.
 */
export function setAttributes(
  held: BatchProfile,
  values: Readonly<Record<string, AttributeValue>>,
  event: BatchEvent | undefined,
  now: Date,
): void {
  const isClock = event?.incoming.kind === 'clock';
  const [first = ''] = Object.keys(values);
  const before = held.profile.attributeProvenance[first]?.[0];
  const eventId = (isClock ? before : undefined) ?? event?.id ?? before ?? held.profile.id;
  const { profile, changedAttributes } = applyEvent(held.profile, {
    eventId,
    at: now,
    attributes: Object.entries(values).map(([key, value]) => ({ key, value })),
    tagsAdded: [],
    tagsRemoved: [],
  });
  if (changedAttributes.length === 0) return;
  held.profile = { ...profile, lastEventAt: held.profile.lastEventAt };
  held.touched = true;
  for (const changed of changedAttributes) held.changedAttributes.add(changed);
}
