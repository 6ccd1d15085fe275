import { setOwn } from './own-value.js';
import type { Provenance } from './profile.js';

/**
 * Provenance of attributes as it is stored: by event, when, and what it set. A contact's snapshot sets twenty attributes at once,
 * so this is a fraction of naming the event for each of them.
 */
export type StoredProvenance = readonly (readonly [event: string, atMs: number, keys: readonly string[]])[];

export function byEvent(provenance: Readonly<Record<string, Provenance>>): StoredProvenance {
  const stored = new Map<string, [string, number, string[]]>();
  let stamp: Provenance | undefined;
  let keys: string[] = [];
  for (const key of Object.keys(provenance)) {
    const own = provenance[key];
    if (own === undefined) continue;
    // Attributes of one event mostly stand together and share its stamp.
    if (own !== stamp) {
      stamp = own;
      const entry = stored.get(own[0]) ?? [own[0], own[1], []];
      stored.set(own[0], entry);
      keys = entry[2];
    }
    keys.push(key);
  }
  return [...stored.values()];
}

export function byAttribute(stored: StoredProvenance): Record<string, Provenance> {
  const provenance: Record<string, Provenance> = {};
  for (const [event, atMs, keys] of stored) {
    const stamp: Provenance = [event, atMs];
    for (const key of keys) setOwn(provenance, key, stamp);
  }
  return provenance;
}
