import { z } from 'zod';
import type { Org } from '../org.js';
import { fullId, isRecordId } from '../record-id.js';
import { badRequest, type RestErrorEntry } from '../rest/rest-error.js';
import type { FieldDefinition, StoredValue } from '../schema/field-definition.js';
import type { OrgObject } from '../schema/org-object.js';
import { objectionTo } from './field-checks.js';
import { readValue } from './incoming-value.js';

/** JSON properties of a record that are about the record, not fields of it. */
const notFields = new Set(['attributes', 'id', 'Id']);
const byExternalId = z.record(z.string(), z.unknown());

export type ReadChanges =
  { readonly values: ReadonlyMap<string, StoredValue | null> } | { readonly objection: RestErrorEntry };

/**
 * The fields of a record as a caller sends them, by their right names; null empties one.
 *
 * @throws RestError JSON_PARSER_ERROR when a value is not of its field's JSON type
 */
export function readChanges(
  org: Org,
  object: OrgObject,
  input: Readonly<Record<string, unknown>>,
  isNew: boolean,
): ReadChanges {
  const values = new Map<string, StoredValue | null>();
  const readOnly: string[] = [];
  for (const [name, given] of Object.entries(input)) {
    if (notFields.has(name)) continue;
    const field = object.field(name) ?? parentField(object, name, given);
    if (field === undefined) return { objection: unknownColumn(object, name) };
    if (!(isNew ? object.isCreateable(field) : object.isUpdateable(field))) {
      readOnly.push(field.name);
      continue;
    }
    const value = isNested(given) ? parentId(org, field, given) : (readValue(field, given) ?? emptyOf(field));
    if (value !== null && typeof value === 'object') return { objection: value };
    const objection = value === null ? null : (objectionTo(field, value) ?? objectionToTarget(org, field, value));
    if (objection !== null) return { objection };
    values.set(field.name, field.type === 'reference' && value !== null ? fullId(String(value)) : value);
  }
  return readOnly.length > 0 ? { objection: notWritable(readOnly) } : { values };
}

/** Checkboxes are never empty: cleared, they are unticked. */
const emptyOf = (field: FieldDefinition): StoredValue | null => (field.type === 'boolean' ? false : null);

const isNested = (given: unknown): boolean => typeof given === 'object' && given !== null && !Array.isArray(given);

/** A parent may be named by one of its external ids: `"Account": {"Parley_Id__c": "acme"}`. */
const parentField = (object: OrgObject, name: string, given: unknown): FieldDefinition | undefined =>
  isNested(given) ? object.parent(name) : undefined;

function parentId(org: Org, field: FieldDefinition, given: unknown): string | RestErrorEntry {
  const { attributes: _attributes, ...named } = byExternalId.parse(given);
  const [[keyName, key] = ['', ''], ...more] = Object.entries(named);
  const parent = field.referenceTo.map((name) => org.schema.find(name)).find((object) => object?.field(keyName));
  const keyField = parent?.field(keyName);
  if (parent === undefined || keyField?.externalId !== true || more.length > 0)
    throw badRequest('INVALID_FIELD', `Cannot reference a foreign key field ${field.relationshipName ?? field.name}.`);
  const [found, ...others] = parent.table.where(keyField, String(key));
  if (found !== undefined && others.length === 0) return found.Id;
  const message = `Foreign key external ID: ${String(key)} not found for field ${keyField.name} in entity ${parent.name}`;
  return { errorCode: 'INVALID_FIELD', message, fields: [] };
}

/** Whether a look-up points to a record that is there, of an object it may point to. */
function objectionToTarget(org: Org, field: FieldDefinition, value: StoredValue): RestErrorEntry | null {
  if (field.type !== 'reference') return null;
  const id = fullId(String(value));
  const target = org.schema.ofId(id);
  const fits = isRecordId(String(value)) && target !== undefined && field.referenceTo.includes(target.name);
  const fields = [field.name];
  if (!fits)
    return {
      errorCode: 'MALFORMED_ID',
      message: `${field.label}: id value of incorrect type: ${String(value)}`,
      fields,
    };
  if (target.table.get(id) !== undefined) return null;
  if (target.table.deleted(id) !== undefined)
    return { errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields };
  const message = `insufficient access rights on cross-reference id: ${id.slice(0, 15)}`;
  return { errorCode: 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', message, fields: [] };
}

const unknownColumn = (object: OrgObject, name: string): RestErrorEntry => ({
  errorCode: 'INVALID_FIELD',
  message: `No such column '${name}' on sobject of type ${object.name}`,
});

const notWritable = (fields: readonly string[]): RestErrorEntry => ({
  errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
  message: `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
  fields,
});
