import type { Provenance } from './profile.js';

/**
 * Provenance of attributes as it is stored: event → when, and what it set. A contact's snapshot sets twenty attributes at once, so
 * this is a fraction of naming the event for each of them.
 */
export type StoredProvenance = Readonly<Record<string, readonly [atMs: number, keys: readonly string[]]>>;

export function byEvent(provenance: Readonly<Record<string, Provenance>>): StoredProvenance {
  const stored: Record<string, [number, string[]]> = {};
  for (const [key, [event, atMs]] of Object.entries(provenance)) {
    const entry = stored[event];
    if (entry === undefined) stored[event] = [atMs, [key]];
    else entry[1].push(key);
  }
  return stored;
}

export function byAttribute(stored: StoredProvenance): Record<string, Provenance> {
  const provenance: Record<string, Provenance> = {};
  for (const [event, [atMs, keys]] of Object.entries(stored)) {
    const stamp: Provenance = [event, atMs];
    for (const key of keys) provenance[key] = stamp;
  }
  return provenance;
}
