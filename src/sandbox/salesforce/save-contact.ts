import type { Contact, StoredValue } from './contact-table.js';
import { objectionTo } from './field-checks.js';
import { isWritable, type FieldDefinition } from './field-definition.js';
import { readValue, salesforceTime } from './incoming-value.js';
import type { Org } from './org.js';
import { objectionToRecord } from './record-rules.js';
import type { RestErrorEntry } from './rest-error.js';

export type SaveOutcome = { readonly id: string; readonly created: boolean } | { readonly objection: RestErrorEntry };

export interface SaveOptions {
  readonly allowSave: boolean;
}

/** JSON properties of a record that are about the record, not fields of it. */
const notFields = new Set(['attributes', 'id', 'Id']);

/**
 * Creates a contact, or changes the existing one: null clears a field, a missing field stays as it is.
 *
 * @throws RestError JSON_PARSER_ERROR when a value is not of its field's JSON type
 */
export function saveContact(
  org: Org,
  input: Readonly<Record<string, unknown>>,
  existing: Contact | null,
  { allowSave }: SaveOptions,
): SaveOutcome {
  const changes = readChanges(org, input);
  if ('objection' in changes) return changes;
  const contact = merged(org, changes.values, existing);
  const objection = objectionToRecord(org, { contact, existing, allowSave });
  if (objection !== null) return { objection };
  const id = existing?.Id ?? org.newId('003');
  org.contacts.put({ ...contact, Id: id });
  return { id, created: existing === null };
}

type Changes = { readonly values: ReadonlyMap<string, StoredValue | null> } | { readonly objection: RestErrorEntry };

function readChanges(org: Org, input: Readonly<Record<string, unknown>>): Changes {
  const values = new Map<string, StoredValue | null>();
  const readOnly: string[] = [];
  for (const [name, given] of Object.entries(input)) {
    if (notFields.has(name)) continue;
    const field = org.field(name);
    if (field === undefined) return { objection: unknownColumn(name) };
    if (!isWritable(field)) readOnly.push(field.name);
    else values.set(field.name, readValue(field, given) ?? emptyOf(field));
  }
  if (readOnly.length > 0) return { objection: notWritable(readOnly) };
  for (const [name, value] of values) {
    const field = org.field(name);
    const objection = value === null || field === undefined ? null : objectionTo(field, value);
    if (objection !== null) return { objection };
  }
  return { values };
}

function merged(org: Org, changes: ReadonlyMap<string, StoredValue | null>, existing: Contact | null): Contact {
  const now = salesforceTime(org.clock.now());
  const fresh = { ...blank(org.setup.contactFields), OwnerId: org.setup.organization.userId, CreatedDate: now };
  const values = new Map<string, StoredValue>(Object.entries(existing ?? fresh));
  for (const [name, value] of changes) {
    if (value === null) values.delete(name);
    else values.set(name, value);
  }
  const name = ['FirstName', 'LastName'].map((part) => values.get(part)).filter((part) => part !== undefined);
  values.set('Name', name.join(' '));
  return {
    ...Object.fromEntries(values),
    LastModifiedDate: now,
    SystemModstamp: now,
    Id: existing?.Id ?? '',
  };
}

/** Checkboxes are never empty: cleared, and on a new record, they are unticked. */
const emptyOf = (field: FieldDefinition): StoredValue | null => (field.type === 'boolean' ? false : null);
const blank = (fields: readonly FieldDefinition[]): Record<string, StoredValue> =>
  Object.fromEntries(fields.filter(({ type }) => type === 'boolean').map(({ name }) => [name, false]));

const unknownColumn = (name: string): RestErrorEntry => ({
  errorCode: 'INVALID_FIELD',
  message: `No such column '${name}' on sobject of type Contact`,
});

const notWritable = (fields: readonly string[]): RestErrorEntry => ({
  errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
  message: `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
  fields,
});
