import { hash } from 'node:crypto';
import type { DedupeKey, IncomingEvent } from './incoming-event.js';

type IdentifiedFact = Omit<IncomingEvent, 'dedupe' | 'notes' | 'properties'>;

const maxIdLength = 200;

/** For a fact that has an id of its own: the platform's, or one that its author gave. Remembered as long as possible. */
export function byId(scope: string, id: string): DedupeKey {
  const key = `${scope}:${id}`;
  return { key: key.length <= maxIdLength ? key : `${scope.slice(0, 32)}#${digest(key)}`, windowMs: null };
}

/**
 * For a fact without an id: a digest of everything that identifies it. The same may honestly be said again later, so it is a
 * repetition only within the window.
 */
export function byContent(fact: IdentifiedFact, moreParts: readonly unknown[], windowMs: number): DedupeKey {
  const parts: unknown[] = [fact.kind, fact.name, fact.occurredAt, fact.channel, fact.text, ...moreParts];
  for (const { namespace, value } of fact.identities) parts.push(namespace, value);
  for (const { key, value } of fact.attributes) parts.push(key, value);
  for (const { purpose, status } of fact.consents) parts.push(purpose, status);
  // One flat list: on the hot path, JSON of many small objects would cost more than the digest itself.
  parts.push(fact.tagsAdded, fact.tagsRemoved);
  return { key: `fact:${digest(JSON.stringify(parts))}`, windowMs };
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url');
}
