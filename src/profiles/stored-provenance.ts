import { setOwn } from './own-value.js';
import type { Provenance } from './profile.js';

/**
 * Provenance of attributes as it is stored: by event, when, and what it set. A contact's snapshot sets twenty attributes at once,
 * so this is a fraction of naming the event for each of them.
 */
export type StoredProvenance = readonly (readonly [event: string, atMs: number, keys: readonly string[]])[];

export function byEvent(provenance: Readonly<Record<string, Provenance>>): StoredProvenance {
  const stored = new Map<string, [string, number, string[]]>();
  for (const [key, [event, atMs]] of Object.entries(provenance)) {
    const entry = stored.get(event);
    if (entry === undefined) stored.set(event, [event, atMs, [key]]);
    else entry[2].push(key);
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
