import type { AttributeValue } from './attribute.js';
import { ownValue, setOwn } from './own-value.js';
import { type Profile, type Provenance, sameValue, type TagProvenance } from './profile.js';

/** What an event says about a person, with types already as declared. */
export interface ProfileUpdate {
  readonly eventId: string;
  readonly at: Date;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: AttributeValue;
    /** Which present value gives way: an older one, as when left out; any; none. */
    readonly beats?: 'older' | 'any' | 'none';
  }[];
  readonly tagsAdded: readonly string[];
  readonly tagsRemoved: readonly string[];
}

export interface Applied {
  readonly profile: Profile;
  /** Keys of the attributes whose value is another one now. */
  readonly changedAttributes: readonly string[];
  readonly tagsChanged: boolean;
}

/**
 * Applies one event. For each attribute and each tag the newest fact counts: an event that happened earlier than what set the
 * present value changes nothing, whenever it arrives. Facts of the same moment: the later arrival counts.
 */
export function applyEvent(profile: Profile, update: ProfileUpdate): Applied {
  const atMs = update.at.getTime();
  const stamp: Provenance = [update.eventId, atMs];
  const attributes: Record<string, AttributeValue> = { ...profile.attributes };
  const attributeProvenance: Record<string, Provenance> = { ...profile.attributeProvenance };
  const changedAttributes: string[] = [];
  for (const { key, value, beats = 'older' } of update.attributes) {
    const presentAtMs = ownValue(attributeProvenance, key)?.[1] ?? -Infinity;
    if (beats === 'older' && presentAtMs > atMs) continue;
    if (beats === 'none' && Object.hasOwn(attributes, key)) continue;
    if (!sameValue(ownValue(attributes, key), value)) changedAttributes.push(key);
    setOwn(attributes, key, value);
    setOwn(attributeProvenance, key, stamp);
  }
  const { tags, tagProvenance, changed: tagsChanged } = applyTags(profile, update, atMs);
  return {
    profile: {
      ...profile,
      attributes,
      attributeProvenance,
      tags,
      tagProvenance,
      lastEventAt: update.at > profile.lastEventAt ? update.at : profile.lastEventAt,
    },
    changedAttributes: [...new Set(changedAttributes)],
    tagsChanged,
  };
}

function applyTags(profile: Profile, update: ProfileUpdate, atMs: number) {
  if (update.tagsAdded.length === 0 && update.tagsRemoved.length === 0)
    return { tags: profile.tags, tagProvenance: profile.tagProvenance, changed: false };
  const tagProvenance: Record<string, TagProvenance> = { ...profile.tagProvenance };
  const set = (tag: string, present: boolean): void => {
    if ((ownValue(tagProvenance, tag)?.[1] ?? -Infinity) > atMs) return;
    setOwn(tagProvenance, tag, [update.eventId, atMs, present]);
  };
  for (const tag of update.tagsRemoved) set(tag, false);
  for (const tag of update.tagsAdded) set(tag, true);
  const tags = Object.keys(tagProvenance)
    .filter((tag) => tagProvenance[tag]?.[2] === true)
    .sort();
  return { tags, tagProvenance, changed: !sameValue(tags, [...profile.tags].sort()) };
}
