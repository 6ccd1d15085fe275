import type { DroppedField, FieldValue, FieldValues } from '../destination.js';
import type { MemberWrite, MergeValue } from './client.js';
import { addressFrom, toMergeValue } from './convert.js';
import type { FieldCatalog } from './field-catalog.js';
import { addressPartOf, fieldPrefixes, languageField, vipField } from './field-names.js';
import { interestChanges, isYes, permissionChange } from './group-values.js';
import { toLanguageCode } from './languages.js';

/** What a write carries of a record's fields: the values as Mailchimp takes them, and what had to stay behind. */
export interface ContactWrite {
  /** Merge fields by tag. */
  readonly values: Readonly<Record<string, MergeValue>>;
  readonly interests: Readonly<Record<string, boolean>>;
  /** Language and VIP. */
  readonly own: Pick<MemberWrite, 'language' | 'vip'>;
  /** By permission id. A batch does not take them. */
  readonly permissions: Readonly<Record<string, boolean>>;
  readonly dropped: readonly DroppedField[];
}

export const emptyWrite: ContactWrite = { values: {}, interests: {}, own: {}, permissions: {}, dropped: [] };

interface Draft {
  readonly values: Record<string, MergeValue>;
  readonly interests: Record<string, boolean>;
  readonly own: { language?: string; vip?: boolean };
  readonly permissions: Record<string, boolean>;
  readonly dropped: DroppedField[];
}

/**
 * A record's fields as Mailchimp takes them. It drops merge tags it does not know without a word, so they are dropped here, and said.
 *
 * @param whole all fields of the record: an address is only written complete, also when only its city has changed
 */
export function toContactWrite(catalog: FieldCatalog, sent: FieldValues, whole: FieldValues = sent): ContactWrite {
  const draft: Draft = { values: {}, interests: {}, own: {}, permissions: {}, dropped: [] };
  for (const [name, value] of Object.entries(sent)) {
    const fault = write(draft, catalog, name, value, whole);
    if (fault !== null) draft.dropped.push({ field: name, ...fault });
  }
  return draft;
}

type Fault = { readonly code: string; readonly message: string } | null;

function write(draft: Draft, catalog: FieldCatalog, name: string, value: FieldValue, whole: FieldValues): Fault {
  if (name.startsWith(fieldPrefixes.interests)) return writeInterests(draft, catalog, name, value);
  if (name.startsWith(fieldPrefixes.permissions)) return writePermission(draft, catalog, name, value);
  if (name === languageField) return writeLanguage(draft, value);
  if (name === vipField) return writeVip(draft, value);
  const field = catalog.mergeFields.get(name);
  if (field !== undefined) return keep(draft, name, toMergeValue(value, field));
  const part = addressPartOf(name);
  if (part !== null && catalog.mergeFields.get(part.tag)?.type === 'address')
    return keep(draft, part.tag, addressFrom(part.tag, whole));
  return { code: 'unknown_merge_field', message: `The audience has no merge field ${name}` };
}

function keep(draft: Draft, tag: string, converted: ReturnType<typeof toMergeValue>): Fault {
  if (!('value' in converted)) return converted;
  draft.values[tag] = converted.value;
  return null;
}

function writeInterests(draft: Draft, { interests }: FieldCatalog, name: string, value: FieldValue): Fault {
  const { changes, unknown } = interestChanges(interests, name.slice(fieldPrefixes.interests.length), value);
  if (changes === null) return { code: 'unknown_group', message: `The audience has no groups called ${name}` };
  Object.assign(draft.interests, changes);
  if (unknown.length === 0) return null;
  return { code: 'not_a_choice', message: `The audience has no group ${unknown.join(', ')} there` };
}

function writePermission(draft: Draft, { permissions }: FieldCatalog, name: string, value: FieldValue): Fault {
  const change = permissionChange(permissions, name.slice(fieldPrefixes.permissions.length), value);
  if (change === null)
    return {
      code: 'unknown_permission',
      message: `The audience asks for no marketing permission called ${name}, or has no contact yet that shows its id`,
    };
  Object.assign(draft.permissions, change);
  return null;
}

function writeLanguage(draft: Draft, value: FieldValue): Fault {
  const code = value === null ? '' : toLanguageCode(String(value.value));
  if (code === null)
    return { code: 'unknown_language', message: `Mailchimp does not know the language "${String(value?.value)}"` };
  draft.own.language = code;
  return null;
}

function writeVip(draft: Draft, value: FieldValue): Fault {
  draft.own.vip = isYes(value);
  return null;
}

/** Nothing would change by it. */
export function isEmpty({ values, interests, own, permissions }: ContactWrite): boolean {
  return [values, interests, own, permissions].every((part) => Object.keys(part).length === 0);
}

/** As a batch's row takes it. */
export function rowBody({
  values,
  interests,
  own,
}: ContactWrite): Pick<MemberWrite, 'merge_fields' | 'interests' | 'language' | 'vip'> {
  return { merge_fields: values, ...(Object.keys(interests).length === 0 ? {} : { interests }), ...own };
}

/** As a write of one member takes it: with the permissions. */
export function memberBody(write: ContactWrite): MemberWrite {
  const permissions = Object.entries(write.permissions).map(([id, enabled]) => ({
    marketing_permission_id: id,
    enabled,
  }));
  return { ...rowBody(write), ...(permissions.length === 0 ? {} : { marketing_permissions: permissions }) };
}
