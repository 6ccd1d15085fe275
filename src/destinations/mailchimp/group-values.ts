import type { FieldValue } from '../destination.js';
import type { InterestCategory, Permission } from './answers.js';

interface InterestChanges {
  /** By interest id; null: there is nothing of that name. */
  readonly changes: Readonly<Record<string, boolean>> | null;
  /** Groups the value names and the category does not have. */
  readonly unknown: readonly string[];
}

/**
 * What a value says of groups. `Topics` takes a list of group names and puts the contact into exactly those of the category;
 * `Topics.News` takes yes or no for one group. Names are compared without regard to case.
 */
export function interestChanges(
  categories: readonly InterestCategory[],
  name: string,
  value: FieldValue,
): InterestChanges {
  const category = categories.find(({ title }) => isSame(title, name));
  if (category !== undefined) return exactly(category, namesIn(value));
  for (const { title, type, interests } of categories) {
    const group = interests.find((interest) => isSame(`${title}.${interest.name}`, name));
    if (group === undefined) continue;
    const isIn = isYes(value);
    // Of radio buttons and drop-downs a contact has one.
    const others = isIn && type !== 'checkboxes' && type !== 'hidden' ? interests : [];
    return { changes: { ...Object.fromEntries(others.map(({ id }) => [id, false])), [group.id]: isIn }, unknown: [] };
  }
  return { changes: null, unknown: [] };
}

export function permissionChange(
  permissions: readonly Permission[],
  name: string,
  value: FieldValue,
): Readonly<Record<string, boolean>> | null {
  const permission = permissions.find(({ id, text }) => id === name || isSame(text, name));
  return permission === undefined ? null : { [permission.id]: isYes(value) };
}

/** The group names a value holds: a list's items, or a text's parts between commas. */
export function namesIn(value: FieldValue): readonly string[] {
  if (value === null) return [];
  const parts = typeof value.value === 'object' ? value.value : String(value.value).split(',');
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function exactly({ interests }: InterestCategory, wanted: readonly string[]): InterestChanges {
  const isWanted = (name: string): boolean => wanted.some((one) => isSame(one, name));
  return {
    changes: Object.fromEntries(interests.map(({ id, name }) => [id, isWanted(name)])),
    unknown: wanted.filter((one) => !interests.some(({ name }) => isSame(name, one))),
  };
}

const isSame = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

/** As `true`, or as people write it; what was taken away is no. */
export function isYes(value: FieldValue): boolean {
  return value !== null && /^(true|yes|1|on|granted)$/i.test(String(value.value).trim());
}
