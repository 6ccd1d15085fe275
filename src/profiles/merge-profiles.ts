import { mergeConsents } from '../consent/apply-consents.js';
import type { AttributeValue } from './attribute.js';
import { ownValue, setOwn } from './own-value.js';
import type { Profile, Provenance, TagProvenance } from './profile.js';

/**
 * Two profiles that turned out to be one person become one: for each attribute, tag and consent the newest fact counts.
 * The order of the two makes no difference to what is known, only to whose id and age remain.
 */
export function mergeProfiles(survivor: Profile, loser: Profile): Profile {
  const attributes: Record<string, AttributeValue> = { ...survivor.attributes };
  const attributeProvenance: Record<string, Provenance> = { ...survivor.attributeProvenance };
  for (const [key, stamp] of Object.entries(loser.attributeProvenance)) {
    const value = ownValue(loser.attributes, key);
    if (value === undefined || !isNewer(stamp, ownValue(attributeProvenance, key))) continue;
    setOwn(attributes, key, value);
    setOwn(attributeProvenance, key, stamp);
  }
  const tagProvenance: Record<string, TagProvenance> = { ...survivor.tagProvenance };
  for (const [tag, stamp] of Object.entries(loser.tagProvenance)) {
    if (isNewer(stamp, ownValue(tagProvenance, tag))) setOwn(tagProvenance, tag, stamp);
  }
  return {
    ...survivor,
    version: Math.max(survivor.version, loser.version) + 1,
    attributes,
    attributeProvenance,
    tags: Object.keys(tagProvenance)
      .filter((tag) => tagProvenance[tag]?.[2] === true)
      .sort(),
    tagProvenance,
    consents: mergeConsents(survivor.consents, loser.consents),
    segments: mergeSegments(survivor.segments, loser.segments),
    lastEventAt: survivor.lastEventAt > loser.lastEventAt ? survivor.lastEventAt : loser.lastEventAt,
  };
}

/** In a segment since the first of the two was. */
function mergeSegments(left: Profile['segments'], right: Profile['segments']): Record<string, number> {
  const merged: Record<string, number> = { ...left };
  for (const [segment, enteredAtMs] of Object.entries(right))
    setOwn(merged, segment, Math.min(enteredAtMs, ownValue(merged, segment) ?? enteredAtMs));
  return merged;
}

type Stamp = readonly [eventId: string, atMs: number, ...unknown[]];

/** The event's id breaks a tie, so that both orders of merging give the same person. */
function isNewer(candidate: Stamp, present: Stamp | undefined): boolean {
  if (present === undefined) return true;
  return candidate[1] === present[1] ? candidate[0] > present[0] : candidate[1] > present[1];
}
