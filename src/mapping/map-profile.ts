import type { DroppedField, FieldValue, FieldValues } from '../destinations/destination.js';
import { coerce } from '../profiles/coerce.js';
import type { AttributeType, TypedValue } from '../profiles/attribute.js';
import type { Profile } from '../profiles/profile.js';
import { isWritten, type Mapping, type MappingInput } from './mapping.js';

export interface MappedProfile {
  /** null: the profile has nothing to be found by at this destination yet. */
  readonly key: string | null;
  readonly fields: FieldValues;
  readonly tags: readonly string[];
  readonly lists: readonly string[];
  /** Values that could not be converted to what their field should hold. */
  readonly problems: readonly DroppedField[];
}

/** Types as declared, for attributes; undefined: never seen. */
export type TypeOf = (attribute: string) => AttributeType | undefined;

/** What a mapping has to know beside the profile. */
export interface MappingSight {
  readonly typeOf: TypeOf;
  /** The profile's ids at chat platforms, by namespace; only read by mappings that name one. */
  readonly identities: ReadonlyMap<string, string>;
}

/** What a destination should hold for a profile. An attribute the profile does not have leaves its field alone. */
export function mapProfile(profile: Profile, mapping: Mapping, sight: MappingSight): MappedProfile {
  const fields: Record<string, FieldValue> = {};
  const problems: DroppedField[] = [];
  for (const { from, to, as } of mapping.fields.filter(isWritten)) {
    const value = read(profile, from, sight);
    if (value === null) continue;
    const converted = as === undefined || as === value.type ? value : convert(value, as);
    if (converted === null)
      problems.push({ field: to, code: 'NOT_CONVERTIBLE', message: `${describe(from)} is not a ${String(as)}` });
    else fields[to] = converted;
  }
  return {
    key: keyOf(read(profile, mapping.key.from, sight)),
    fields,
    tags: mapping.tags === undefined ? [] : tagsOf(profile, mapping.tags),
    lists: mapping.lists === undefined ? [] : listsOf(profile, mapping.lists),
    problems,
  };
}

function tagsOf(profile: Profile, { only, segments }: NonNullable<Mapping['tags']>): string[] {
  const tags = profile.tags.filter((tag) => only?.includes(tag) ?? true);
  return segments === undefined ? tags : [...new Set([...tags, ...segmentsOf(profile, segments)])];
}

function listsOf(profile: Profile, { tags, segments }: NonNullable<Mapping['lists']>): string[] {
  const named = profile.tags.filter((tag) => tags === 'all' || tags?.includes(tag));
  return [...new Set([...named, ...(segments === undefined ? [] : segmentsOf(profile, segments))])];
}

/** Keys of the segments the person is in, of those that were chosen. */
const segmentsOf = ({ segments }: Profile, chosen: 'all' | readonly string[]): string[] =>
  Object.keys(segments)
    .filter((key) => chosen === 'all' || chosen.includes(key))
    .sort();

const convert = (value: TypedValue, as: AttributeType): TypedValue | null => {
  const coerced = coerce(value.value, as);
  return coerced === null ? null : { type: as, value: coerced };
};

function keyOf(value: TypedValue | null): string | null {
  const text = value === null || Array.isArray(value.value) ? '' : String(value.value).trim();
  return text === '' ? null : text;
}

function read(profile: Profile, input: MappingInput, sight: MappingSight): TypedValue | null {
  if ('attribute' in input) return readAttribute(profile, input.attribute, sight.typeOf);
  if ('tag' in input) return { type: 'boolean', value: profile.tags.includes(input.tag) };
  if ('segment' in input) return { type: 'boolean', value: Object.hasOwn(profile.segments, input.segment) };
  if ('segments' in input) return { type: 'list', value: segmentsOf(profile, input.segments) };
  if ('consent' in input) return { type: 'string', value: profile.consents[input.consent]?.status ?? 'unknown' };
  if ('identity' in input) {
    const value = sight.identities.get(input.identity);
    return value === undefined ? null : { type: 'string', value };
  }
  if ('constant' in input) return { type: constantType(input.constant), value: input.constant };
  return readProfile(profile, input.profile);
}

function readAttribute(profile: Profile, attribute: string, typeOf: TypeOf): TypedValue | null {
  if (!Object.hasOwn(profile.attributes, attribute)) return null;
  const value = profile.attributes[attribute];
  return value === undefined ? null : { type: typeOf(attribute) ?? 'string', value };
}

function readProfile(profile: Profile, what: 'id' | 'createdAt' | 'lastEventAt'): TypedValue {
  if (what === 'id') return { type: 'string', value: profile.id };
  return { type: 'datetime', value: profile[what].toISOString() };
}

const constantType = (constant: string | number | boolean): AttributeType =>
  typeof constant === 'string' ? 'string' : typeof constant === 'number' ? 'number' : 'boolean';

function describe(input: MappingInput): string {
  const [[kind, name] = ['value', '']] = Object.entries(input);
  return `${kind} ${String(name)}`;
}
