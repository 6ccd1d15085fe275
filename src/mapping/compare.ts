import type { FieldValue, FieldValues } from '../destinations/destination.js';

/** The fields that differ from what a destination is known to hold. Lists are compared as sets: no destination keeps an order. */
export function changedFields(wanted: FieldValues, held: FieldValues): Record<string, FieldValue> {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => !sameField(value, Object.hasOwn(held, name) ? held[name] : undefined),
    ),
  );
}

function sameField(left: FieldValue | undefined, right: FieldValue | undefined): boolean {
  if (left === undefined || right === undefined || left === null || right === null) return left === right;
  return left.type === right.type && canonical(left) === canonical(right);
}

const canonical = ({ value }: NonNullable<FieldValue>): string =>
  Array.isArray(value) ? JSON.stringify([...new Set(value)].sort()) : JSON.stringify(value);

export interface TagDifference {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** Tags are owned sets: what we put there and the profile no longer has is taken away; what others put there is not ours. */
export function tagDifference(wanted: readonly string[], ours: readonly string[]): TagDifference {
  return {
    add: wanted.filter((tag) => !ours.includes(tag)),
    remove: ours.filter((tag) => !wanted.includes(tag)),
  };
}
