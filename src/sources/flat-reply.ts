import type { AttributeValue } from '../profiles/attribute.js';
import type { Decision } from './decision.js';

const maxTextLength = 2_000;

/**
 * The answer for a flow whose author maps `$.tags` and so on to fields of the platform: flat, the same keys each time, never
 * null. Only the attributes that the source's settings name are told; what is not known yet is an empty text.
 *
 * @param names attribute → its key in the answer
 */
export function flatReply(
  decision: Decision,
  names: Readonly<Record<string, string>>,
): Record<string, string | number | boolean> {
  const asked = Object.entries(names).map(
    ([key, name]) => [name, asField(knownAttribute(decision, key) ?? '')] as const,
  );
  return {
    ...Object.fromEntries(asked),
    status: 'ok',
    profile_id: decision.profileId,
    profile_version: decision.profileVersion,
    applied: decision.applied,
    tags: decision.tags.join(', ').slice(0, maxTextLength),
  };
}

export function knownAttribute(decision: Decision, key: string): AttributeValue | undefined {
  return Object.hasOwn(decision.attributes, key) ? decision.attributes[key] : undefined;
}

/** Numbers and booleans without quotes, dates and instants as we store them, a list as one text. */
export function asField(value: AttributeValue): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return (typeof value === 'string' ? value : value.join(', ')).slice(0, maxTextLength);
}
