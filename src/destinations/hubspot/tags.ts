import type { CreatePolicy, DroppedField, OutgoingRecord } from '../destination.js';
import { type Contact, readContacts } from './api/contacts.js';
import type { HubspotClient } from './client.js';
import { comparableKey, contactsById, contactsByKey, mergedIdsProperty } from './contact-key.js';
import { hasMoved } from './memo.js';
import { optionOf, optionsFor } from './new-options.js';
import type { Option, Properties, Property } from './property.js';
import type { Catalog } from './property-catalogs.js';
import type { WireValue } from './property-value.js';

interface TagRequest {
  readonly keyField: string;
  readonly tagsField: string;
  readonly create: CreatePolicy;
  readonly records: readonly OutgoingRecord[];
}

/**
 * What to write into the tags' multi-select property, per profile; whose tags stay as they are is missing.
 *
 * Additions alone need no look at the record: a leading `;` adds. A removal has to name the whole new list, so those records
 * are read first, all in one call (and one by id for those whose key has changed), and what people added by hand is kept.
 *
 * @throws DeliveryError
 */
export async function planTags(
  client: HubspotClient,
  catalog: Catalog,
  properties: Properties,
  { keyField, tagsField, create, records }: TagRequest,
): Promise<ReadonlyMap<string, WireValue>> {
  const changes = records.map(toChange).filter(({ add, remove }) => add.length > 0 || remove.length > 0);
  if (changes.length === 0) return new Map();
  const property = properties.get(tagsField);
  const problem = unusable(tagsField, property);
  if (property === undefined || problem !== null)
    return new Map(changes.map(({ record, add }) => [record.profileId, { dropped: eachTag(problem, add) }]));

  const { options, refusal } = await optionsFor(
    catalog,
    property,
    changes.flatMap(({ add }) => add),
    create,
  );
  const removals = changes.filter(({ remove }) => remove.length > 0).map(({ record }) => record);
  const current = await currentValues(client, keyField, tagsField, removals);
  return new Map(
    changes.map(({ record, add, remove }) => {
      const held = current.get(record.profileId) ?? null;
      const value = toValue(options, { add, remove, keep: record.tags, held });
      const dropped = add
        .filter((tag) => optionOf(options, tag) === undefined)
        .map((tag) => notAdded(tagsField, tag, refusal));
      return [record.profileId, value === null ? { dropped } : { value, dropped }];
    }),
  );
}

interface TagChange {
  readonly record: OutgoingRecord;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** A record the destination is not known to hold gets all its tags. */
function toChange(record: OutgoingRecord): TagChange {
  const { known, tags, tagsToAdd, tagsToRemove } = record;
  return { record, add: known === null ? [...new Set([...tags, ...tagsToAdd])] : tagsToAdd, remove: tagsToRemove };
}

function eachTag(problem: DroppedField | null, add: readonly string[]): DroppedField[] {
  if (problem === null) return [];
  return add.length === 0 ? [problem] : add.map((tag) => ({ ...problem, tag }));
}

function unusable(field: string, property: Property | undefined): DroppedField | null {
  if (property === undefined)
    return { field, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${field}" does not exist` };
  if (property.kind !== 'options')
    return {
      field,
      code: 'NOT_A_MULTI_SELECT',
      message: `Tags need a property of the type "multiple checkboxes"; "${field}" is ${property.type}/${property.fieldType}`,
    };
  return property.writable ? null : { field, code: 'READ_ONLY_VALUE', message: `"${field}" is a read-only property` };
}

const notAdded = (field: string, tag: string, refusal: string | null): DroppedField => ({
  field,
  tag,
  code: 'TAG_WITHOUT_OPTION',
  message: `"${field}" has no option for the tag "${tag}"${refusal === null ? '' : `: ${refusal}`}`,
});

/** What the property holds now, by profile id; '' for a contact that is not there. */
async function currentValues(
  client: HubspotClient,
  keyField: string,
  tagsField: string,
  records: readonly OutgoingRecord[],
): Promise<ReadonlyMap<string, string>> {
  const moved = records.filter((record) => hasMoved(keyField, record));
  const atHome = records.filter((record) => !hasMoved(keyField, record));
  const addresses = keyField === 'email' ? ['hs_additional_emails'] : [];
  const keys = atHome.map(({ key }) => comparableKey(keyField, key));
  const ids = moved.map(({ known }) => known.remoteId);
  const [foundByKey, foundById] = await Promise.all([
    keys.length === 0 ? [] : readContacts(client, keyField, keys, [keyField, ...addresses, tagsField]),
    ids.length === 0 ? [] : readContacts(client, null, ids, [tagsField, mergedIdsProperty]),
  ]);
  const byKey = contactsByKey(keyField, foundByKey);
  const byId = contactsById(foundById);
  return new Map([
    ...atHome.map((record) => heldBy(record, byKey.get(comparableKey(keyField, record.key)), tagsField)),
    ...moved.map((record) => heldBy(record, byId.get(record.known.remoteId), tagsField)),
  ]);
}

const heldBy = ({ profileId }: OutgoingRecord, contact: Contact | undefined, tagsField: string): [string, string] => [
  profileId,
  contact?.properties[tagsField] ?? '',
];

interface ValueChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** All tags of ours after the change: two tags may mean one option, and it stays while one of them is wanted. */
  readonly keep: readonly string[];
  /** null: not read, because nothing has to go. */
  readonly held: string | null;
}

function toValue(options: readonly Option[], { add, remove, keep, held }: ValueChange): string | null {
  const valuesOf = (tags: readonly string[]): string[] => tags.flatMap((tag) => optionOf(options, tag)?.value ?? []);
  const added = [...new Set(valuesOf(add))];
  if (held === null) return added.length === 0 ? null : `;${added.join(';')}`;
  const before = new Set(held.split(';').filter((value) => value !== ''));
  const gone = new Set(valuesOf(remove)).difference(new Set(valuesOf([...keep, ...add])));
  const after = before.difference(gone).union(new Set(added));
  return before.symmetricDifference(after).size === 0 ? null : [...after].join(';');
}
